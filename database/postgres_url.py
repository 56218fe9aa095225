"""PostgreSQL's URLs as libpq takes them: what the driver would misread is refused by its name."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

APPLICATION_NAME = "joinery"


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


def read_url(url: str) -> PostgresUrl:
    """Return what a URL says. Raises DatabaseError, which names a parameter that is not understood.

    The driver would send such a parameter to the server as a setting, and be refused for it.
    """
    try:
        urlsplit(url)
    except ValueError as error:
        raise DatabaseError(f"the URL cannot be read: {error}") from None
    where, _, query = url.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in given.items():
        _check(name, value)
    trusts_system = given.get("sslrootcert") == "system"
    if trusts_system:
        _check_system(given)
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
    )


def _check(name: str, value: str) -> None:
    if name in _DRIVER or name in _TAKEN or value in _HARMLESS.get(name, ()):
        return
    what_to_do = _INSTEAD.get(name, _UNKNOWN.format(name=name))
    raise DatabaseError(f"{name}={value} is not supported in the URL: {what_to_do}")


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


_OF_SYSTEM = ("sslrootcert", "sslmode")
_TAKEN = ("application_name", "connect_timeout")
_DRIVER = {
    *("host", "port", "dbname", "database", "user", "password", "passfile", "service"),
    *("sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("target_session_attrs", "krbsrvname", "gsslib", "options"),
}
"Parameters that asyncpg understands, or that PostgreSQL does as they are."
_HARMLESS = {
    "channel_binding": ("prefer", "disable"),
    "client_encoding": ("auto", "utf8", "UTF8", "utf-8", "UTF-8"),
    "gssencmode": ("disable", "prefer"),
    "keepalives": ("1",),
    "load_balance_hosts": ("disable",),
    "replication": ("false", "off", "no", "0"),
    "sslcompression": ("0",),
    "sslsni": ("1",),
}
"Values that say what is so anyway."
_KEEPALIVES = "leave it out: a connection whose other end is gone is noticed within a minute anyway"
_INSTEAD = {
    "channel_binding": "the driver has no channel binding; sslmode=verify-full makes sure of the"
    " server",
    "client_encoding": "it is always UTF-8",
    "fallback_application_name": "say application_name",
    "gssencmode": "the driver does not encrypt by GSSAPI; say sslmode=require or more",
    "hostaddr": "put the address into host",
    "keepalives": _KEEPALIVES,
    "keepalives_count": _KEEPALIVES,
    "keepalives_idle": _KEEPALIVES,
    "keepalives_interval": _KEEPALIVES,
    "load_balance_hosts": "the hosts are tried in their order",
    "lock_timeout": "set JOINERY_DATABASE_LOCK_TIMEOUT",
    "pool_size": "set JOINERY_DATABASE_POOL_SIZE",
    "require_auth": "the server says how to authenticate; sslmode=verify-full makes sure of it",
    "servicefile": "set the environment's PGSERVICEFILE",
    "sslsni": "the host's name is always sent",
    "statement_timeout": "set JOINERY_DATABASE_STATEMENT_TIMEOUT",
    "tcp_user_timeout": _KEEPALIVES,
}
_UNKNOWN = (
    "it is no parameter of libpq that the driver knows. A setting of the server is written"
    " options=-c%20{name}=VALUE, or belongs to the role: ALTER ROLE … SET {name} = …"
)
