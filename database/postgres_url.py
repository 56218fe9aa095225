"""PostgreSQL's URLs as libpq takes them: what the driver would misread is refused by its name."""

import os
import re
from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

APPLICATION_NAME = "joinery"
SOCKET_OPTIONS = {
    "SO_KEEPALIVE": 1,
    "TCP_KEEPIDLE": 30,  # seconds
    "TCP_KEEPINTVL": 10,  # seconds
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 30_000,  # milliseconds
}
"""A connection whose other end is gone counts as dead after a minute."""


class DatabaseError(ValueError):
    """The URL names no usable database; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """A URL as asyncpg reads it, and what it says beside."""

    dsn: str
    application_name: str = APPLICATION_NAME
    connect_timeout: float | None = None
    "Seconds; None: the URL says nothing of it."
    trusts_system: bool = False
    "Whether the server's certificate must be one that this machine's authorities have signed."
    socket_options: Mapping[str, int] = field(default_factory=SOCKET_OPTIONS.copy)
    "By their names in the module `socket`, for connections by TCP."


def read_url(url: str) -> PostgresUrl:
    """Return what a URL says. Raises DatabaseError, which names a parameter that is not understood.

    The driver would send such a parameter to the server as a setting, and be refused for it.
    """
    where, _, query = with_service(url).partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in given.items():
        _check(name, value)
    trusts_system = given.get("sslrootcert") == "system"
    if trusts_system:
        _check_system(given)
    for name in _FILES & given.keys():
        _check_file(name, given[name])
    passed_on = {
        name: value
        for name, value in given.items()
        if name in _DRIVER and not (trusts_system and name.startswith("ssl"))
    }
    return PostgresUrl(
        dsn=f"{where}?{urlencode(passed_on)}" if passed_on else where,
        application_name=given.get("application_name", APPLICATION_NAME),
        connect_timeout=_seconds(given.get("connect_timeout")),
        trusts_system=trusts_system,
        socket_options=_socket_options(given),
    )


def with_service(url: str) -> str:
    """Return a URL with the parameters of the service that it names, if any; its own count more.

    The driver would pass over a service that is not there, and a host of several that is silent
    would use up the time of all. Raises DatabaseError.
    """
    try:
        parts = split_url(url)
    except ValueError as error:
        raise DatabaseError(f"the URL cannot be read: {error}") from None
    where, mark, query = url.partition("?")
    if parts.path == "/":
        where = where.removesuffix("/")  # the driver would take it for a database without a name
    given = dict(parse_qsl(query, keep_blank_values=True))
    if "service" not in given:
        return where + mark + query
    of_service = _service(given.pop("service"))
    in_front = {
        "user": parts.username,
        "password": parts.password,
        "host": parts.hostname,
        "port": parts.hostname,
        "dbname": parts.path.strip("/"),
    }
    said = {name: value for name, value in of_service.items() if not in_front.get(name)}
    return f"{where}?{urlencode(said | given)}"


def split_url(url: str) -> SplitResult:
    """Split a URL, which may name several hosts. Raises ValueError.

    `urlsplit` alone takes no IPv6 address after another host, in Python's later versions.
    """
    scheme, separator, rest = url.partition("://")
    netloc = re.split("[/?#]", rest, maxsplit=1)[0]
    for host in netloc.rpartition("@")[2].split(","):
        urlsplit(f"//{host}")
    return urlsplit(f"{scheme}{separator}{rest[len(netloc) :]}")._replace(netloc=netloc)


def _service(name: str) -> Mapping[str, str]:
    # Path's own way raises where there is no home.
    home = os.path.expanduser("~/.pg_service.conf")  # noqa: PTH111
    file = os.environ.get("PGSERVICEFILE") or home
    services = ConfigParser(interpolation=None)
    try:
        services.read(file)
    except (OSError, ConfigError) as error:
        raise DatabaseError(f"service={name}: {file} cannot be read: {error}") from None
    if name not in services:
        raise DatabaseError(
            f"service={name} is not in {file}: set PGSERVICEFILE to the file that has it"
        )
    return services[name]


def _check(name: str, value: str) -> None:
    if name in _DRIVER or name in _TAKEN or value in _HARMLESS.get(name, ()):
        return
    what_to_do = _INSTEAD.get(name, _UNKNOWN.format(name=name))
    raise DatabaseError(f"{name}={value} is not supported in the URL: {what_to_do}")


def _check_file(name: str, file: str) -> None:
    if name == "sslrootcert" and file == "system":
        return
    try:
        with Path(file).open("rb") as opened:
            is_private = not os.fstat(opened.fileno()).st_mode & 0o077
    except OSError as error:
        raise DatabaseError(f"{name}={file} cannot be read: {error.strerror}") from None
    if name == "passfile" and not is_private:
        raise DatabaseError(f"{name}={file} is passed over while others may read it: chmod 600 it")


def _check_system(given: dict[str, str]) -> None:
    others = [name for name in given if name.startswith("ssl") and name not in _OF_SYSTEM]
    if others or given.get("sslmode", "verify-full") != "verify-full":
        raise DatabaseError(
            "sslrootcert=system goes with sslmode=verify-full, and with no other parameter of TLS:"
            " name the file of the authorities instead, such as"
            " sslrootcert=/etc/ssl/certs/ca-certificates.crt"
        )


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    if not text.isdecimal() or not int(text):
        raise DatabaseError(f"connect_timeout={text} is no number of seconds, 1 or more")
    return float(text)


def _socket_options(given: Mapping[str, str]) -> Mapping[str, int]:
    """Return the options of sockets; for 0 the system decides, or nothing is kept alive."""
    options = dict(SOCKET_OPTIONS)
    for name, (option, most) in _OF_SOCKETS.items():
        if (text := given.get(name)) is None:
            continue
        if not (text.isascii() and text.isdecimal()) or int(text) > most:
            raise DatabaseError(f"{name}={text} is no number from 0 to {most}")
        if int(text):
            options[option] = int(text)
        else:
            del options[option]
    return options


_OF_SOCKETS = {
    "keepalives": ("SO_KEEPALIVE", 1),
    "keepalives_idle": ("TCP_KEEPIDLE", 32_767),
    "keepalives_interval": ("TCP_KEEPINTVL", 32_767),
    "keepalives_count": ("TCP_KEEPCNT", 127),
    "tcp_user_timeout": ("TCP_USER_TIMEOUT", 2_147_483_647),
}
"""The option of each parameter, and the most that Linux takes."""
_FILES = {"passfile", "sslcert", "sslcrl", "sslkey", "sslrootcert"}
_OF_SYSTEM = ("sslrootcert", "sslmode")
_TAKEN = {"application_name", "connect_timeout", *_OF_SOCKETS}
_DRIVER = {
    *("host", "port", "dbname", "database", "user", "password", "passfile"),
    *("sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("target_session_attrs", "krbsrvname", "gsslib", "options"),
}
"Parameters that asyncpg understands, or that PostgreSQL does as they are."
_HARMLESS = {
    "channel_binding": ("prefer", "disable"),
    "client_encoding": ("auto", "utf8", "UTF8", "utf-8", "UTF-8"),
    "gssencmode": ("disable", "prefer"),
    "load_balance_hosts": ("disable",),
    "replication": ("false", "off", "no", "0"),
    "sslcompression": ("0",),
    "sslsni": ("1",),
}
"Values that say what is so anyway."
_INSTEAD = {
    "channel_binding": "the driver has no channel binding; sslmode=verify-full makes sure of the"
    " server",
    "client_encoding": "it is always UTF-8",
    "fallback_application_name": "say application_name",
    "gssencmode": "the driver does not encrypt by GSSAPI; say sslmode=require or more",
    "hostaddr": "put the address into host",
    "load_balance_hosts": "the hosts are tried in their order",
    "lock_timeout": "set JOINERY_DATABASE_LOCK_TIMEOUT",
    "pool_size": "set JOINERY_DATABASE_POOL_SIZE",
    "require_auth": "the server says how to authenticate; sslmode=verify-full makes sure of it",
    "servicefile": "set the environment's PGSERVICEFILE",
    "sslsni": "the host's name is always sent",
    "statement_timeout": "set JOINERY_DATABASE_STATEMENT_TIMEOUT",
}
_UNKNOWN = (
    "it is no parameter of libpq that the driver knows. A setting of the server is written"
    " options=-c%20{name}=VALUE, or belongs to the role: ALTER ROLE … SET {name} = …"
)
