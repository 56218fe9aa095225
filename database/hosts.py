"""The hosts of a PostgreSQL URL, which may name several with commas between them, as libpq's do."""

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import asyncpg

from database.postgres_url import split_url

_NEXT_HOST = (
    OSError,  # time-outs among them
    asyncpg.CannotConnectNowError,
    asyncpg.TargetServerAttributeNotMatched,
)


def urls_by_host(url: str) -> tuple[str, ...]:
    """Return the URL of each host alone, in their order."""
    parts = split_url(url)
    login, at, hosts = parts.netloc.rpartition("@")
    if "," in hosts:
        each = (parts._replace(netloc=f"{login}{at}{host}") for host in hosts.split(","))
        return tuple(one.geturl() for one in each)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "," not in given.get("host", ""):
        return (url,)
    names = given["host"].split(",")
    ports = given.pop("port", "").split(",")
    ports = ports * len(names) if len(ports) == 1 else ports
    start = url.partition("?")[0]
    return tuple(
        f"{start}?{urlencode(given | _place(name, port), quote_via=quote, safe='/')}"
        for name, port in zip(names, ports, strict=True)
    )


def _place(name: str, port: str) -> dict[str, str]:
    return {"host": name, "port": port} if port else {"host": name}


class AnyHost:
    """Connects to the host of a URL; to one that takes writes, where there are several.

    asyncpg can do this too, but with one time-out for all: a host that does not answer would use it
    up. The host that was connected to last is tried first.
    """

    def __init__(self, url: str) -> None:
        self._urls = list(urls_by_host(url))

    async def connect(self, _dsn: str | None = None, **options: Any) -> Any:
        """Return a connection. Raises what the last host did where none can be used."""
        if len(self._urls) > 1 and "target_session_attrs" not in self._urls[0]:
            options["target_session_attrs"] = "read-write"
        failure: Exception | None = None
        asyncpg_: Any = asyncpg  # which has no types
        for url in tuple(self._urls):
            try:
                driver = await asyncpg_.connect(url, **options)
            except _NEXT_HOST as error:
                failure = error
                continue
            self._urls.remove(url)
            self._urls.insert(0, url)
            return driver
        assert failure is not None
        raise failure
