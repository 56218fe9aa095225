"""How the server is set up: `JOINERY_*` variables, or the same lines in a file named `.env`."""

import os
import re
from collections.abc import Container, Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv.parser import Binding, parse_stream
from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from database.connection import (
    DEFAULT_OPTIONS,
    DEFAULT_URL,
    DatabaseError,
    check_replicas,
    tortoise_config,
)
from database.options import MIN_POOL_SIZE, DatabaseOptions
from delivery.addresses import Allowed
from execution.limits import COST_LIMIT
from execution.rules import Introspection
from transport.setting_types import Addresses, Origins, RoleMap

PREFIX = "JOINERY_"
FILE = ".env"
PRODUCTION_DRAIN_SECONDS = 5
"Balancers ask every few seconds whether a server is ready; nobody asks where one develops."
SECRET_BYTES = 32
"An HS256 secret that is shorter can be guessed."
DEVELOPMENT_AUTH_SECRET = "joinery-development-secret-known-to-everyone"  # noqa: S105
DEVELOPMENT_CONNECT_SECRET = "joinery-development-connect-secret-known-to-all"  # noqa: S105
_HOW = "make a secret with `openssl rand -base64 48`"

# Kubernetes gives every container the addresses of the services near it, by their names: those of
# one named `joinery` or `joinery-…` have our prefix.
_OF_KUBERNETES = re.compile(
    r"\w+_(SERVICE_HOST=|SERVICE_PORT\w*=|PORT_\d+_\w+=|PORT=(tcp|udp|sctp)://).*"
)

Seconds = Annotated[float, Field(gt=0, le=86_400)]
MAX_POINTS = 10**12
_CHOICES = ("env", "introspection", "log_level", "log_format")
"Settings whose values are words, in any case."
HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\S*$")]


class SettingsError(Exception):
    """Settings that the server cannot start with. Its text names each variable and what to do."""


class Settings(BaseSettings):
    """Everything that can be set. Raises SettingsError where something is wrong.

    Exactly one of a secret (HS256) and a JWKS URL (public keys) says whose tokens are accepted;
    in development a secret that everyone knows stands in where neither is given.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=FILE,
        env_ignore_empty=True,
        # What is ours in the file must be known; it may hold variables of other programs.
        dotenv_filtering="match_prefix",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    env: Literal["development", "production"] = "development"
    database_url: str = Field(default=DEFAULT_URL, repr=False)
    database_pool_size: int = Field(default=DEFAULT_OPTIONS.pool_size, ge=MIN_POOL_SIZE, le=1_000)
    "Connections of each process at most."
    database_connect_timeout: Seconds = DEFAULT_OPTIONS.connect_timeout
    database_statement_timeout: Seconds = DEFAULT_OPTIONS.statement_timeout
    database_lock_timeout: Seconds = DEFAULT_OPTIONS.lock_timeout
    database_prepared_statements: bool = DEFAULT_OPTIONS.prepared_statements
    "Whether PostgreSQL keeps statements for a connection, which some poolers cannot do."
    database_replica_url: str | None = Field(default=None, repr=False)
    "Each of its hosts is a replica of the database."
    replica_max_lag: Seconds = DEFAULT_OPTIONS.replica_max_lag
    "A replica that is later is not read from."
    auth_secret: str | None = Field(default=None, repr=False)
    auth_jwks_url: HttpUrl | None = None
    auth_issuer: str | None = None
    auth_audience: str | None = None
    auth_leeway: int = Field(default=30, ge=0, le=300)
    "Seconds that the clocks of who signs tokens and proofs may be ahead."
    auth_role_claim: str = "role"
    auth_role_map: RoleMap = None
    auth_advertiser_claim: str = "advertiser"
    auth_influencer_claim: str | None = None
    "The claim that names the influencer; None: `sub`."
    connect_secret: str | None = Field(default=None, repr=False)
    connect_jwks_url: HttpUrl | None = None
    cors_origins: Origins = None
    "The origins whose pages may ask the API from a browser; `*` alone for all."
    drain_delay: float | None = Field(default=None, ge=0, le=600)
    "Seconds of serving on without being ready, before it ends. None: `drain_seconds`."
    graceful_timeout: int = Field(default=20, ge=1, le=3_600)
    "Seconds for the requests under way when the server ends."
    request_timeout: Seconds = 10.0
    "For one operation."
    body_timeout: Seconds = 15
    "Until the whole body of a request must be there."
    keep_alive: int = Field(default=75, ge=1, le=86_400)
    "Seconds that a connection without a request stays open: longer than a balancer keeps it."
    max_concurrency: int = Field(default=500, ge=1)
    "Requests to /graphql that each process has under way at most."
    stream_connections: int = Field(default=10_000, ge=1)
    "The most WebSockets and event streams that each process has open."
    stream_subscriptions: int = Field(default=100, ge=1)
    "The most operations that one WebSocket has under way."
    stream_message_size: int = Field(default=256 << 10, ge=1 << 10, le=64 << 20)
    "The most bytes of a client's message on a WebSocket."
    stream_keep_alive: float = Field(default=15, ge=1, le=3_600)
    "Seconds between two pings of a WebSocket, or two comments on an event stream."
    stream_compression: bool = False
    "Whether messages on a WebSocket are compressed for clients that offer it."
    cost_limit: int = Field(default=COST_LIMIT, ge=1, le=MAX_POINTS)
    "The points that one operation may cost."
    cost_budget: int | None = Field(default=None, ge=1, le=MAX_POINTS)
    "The points that a caller may spend in a minute with each process; None: no bound."
    graphiql: bool | None = None
    "Whether browsers get the GraphiQL page: None, in development alone."
    webhook_allow: Addresses = None
    "Hosts and networks that are not public, to which webhooks may be sent."
    webhook_timeout: Annotated[float, Field(gt=0, le=60)] = 15
    "Seconds for one attempt to deliver to a webhook."
    trusted_documents: Path | None = None
    "The folder of the documents that clients may ask for by their ids."
    trusted_only: bool = False
    "Whether all other documents are refused."
    introspection: Introspection | None = None
    "Who may ask for the schema: None, as `may_introspect` says."
    suggestions: bool | None = None
    "Whether errors suggest names: None, where anybody may introspect."
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None
    "How entries are written: None, as JSON in production, for people in development."
    slow_request: Seconds = 1.0
    "A request that takes so long is logged with its statements."
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    "Where `serve` answers with metrics, without a token."
    metrics_token: str | None = Field(default=None, min_length=16, repr=False)
    "The bearer token of /metrics at the server's own port."

    def __init__(self, **values: Any) -> None:
        _check_file()
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None

    @property
    def is_production(self) -> bool:
        """Whether what only serves for trying out, such as known secrets, is refused."""
        return self.env == "production"

    @property
    def drain_seconds(self) -> float:
        """How long the server serves on without being ready before it ends."""
        if self.drain_delay is None:
            return PRODUCTION_DRAIN_SECONDS if self.is_production else 0
        return self.drain_delay

    @property
    def database_options(self) -> DatabaseOptions:
        """How each process uses the database."""
        return DatabaseOptions(
            pool_size=self.database_pool_size,
            connect_timeout=self.database_connect_timeout,
            statement_timeout=self.database_statement_timeout,
            lock_timeout=self.database_lock_timeout,
            prepared_statements=self.database_prepared_statements,
            replica_url=self.database_replica_url,
            replica_max_lag=self.replica_max_lag,
        )

    @property
    def webhook_addresses(self) -> Allowed:
        """The addresses to which webhooks may be sent."""
        schemes = ("https",) if self.is_production else ("https", "http")
        return replace(self.webhook_allow or Allowed(), schemes=schemes)

    @property
    def logs_json(self) -> bool:
        """Whether a log entry is a line of JSON."""
        return self.log_format == "json" if self.log_format else self.is_production

    @property
    def serves_metrics(self) -> bool:
        """Whether there are metrics for Prometheus to read."""
        return self.metrics_port is not None or self.metrics_token is not None

    @property
    def shows_graphiql(self) -> bool:
        """Whether browsers get the GraphiQL page."""
        if self.graphiql is None:
            return not self.is_production and self.may_introspect != "nobody"
        return self.graphiql

    @property
    def may_introspect(self) -> Introspection:
        """Who may ask for the schema.

        It is no secret, but to write it out takes the server as long as a hundred small requests.
        """
        if self.introspection is not None:
            return self.introspection
        if self.trusted_only:
            return "nobody"
        return "callers" if self.is_production else "everyone"

    @property
    def suggests(self) -> bool:
        """Whether errors suggest names of the schema."""
        return self.may_introspect != "nobody" if self.suggestions is None else self.suggestions

    @model_validator(mode="before")
    @classmethod
    def _forbid_unknown_variables(cls, values: dict[str, Any]) -> dict[str, Any]:
        # pydantic-settings asks the environment for the names it knows, and sees no others.
        return values | _unknown_variables(cls.model_fields)

    @model_validator(mode="before")
    @classmethod
    def _lower_case_choices(cls, values: dict[str, Any]) -> dict[str, Any]:
        choices = {name: values[name] for name in _CHOICES if name in values}
        return values | {name: str(value).lower() for name, value in choices.items()}

    @model_validator(mode="before")
    @classmethod
    def _known_secrets_in_development(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("env", "development") != "development":
            return values
        stand_ins = {"auth": DEVELOPMENT_AUTH_SECRET, "connect": DEVELOPMENT_CONNECT_SECRET}
        return values | {
            f"{whose}_secret": secret
            for whose, secret in stand_ins.items()
            if not (values.get(f"{whose}_secret") or values.get(f"{whose}_jwks_url"))
        }

    @model_validator(mode="after")
    def _check(self) -> "Settings":
        problems = [
            *_key_problems("auth", self.auth_secret, self.auth_jwks_url),
            *_key_problems("connect", self.connect_secret, self.connect_jwks_url),
            *(_production_problems(self) if self.is_production else ()),
            *_document_problems(self),
            *_database_problems(self),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _check_file() -> None:
    """Refuse a file with lines that python-dotenv would pass over."""
    try:
        with Path(FILE).open(encoding="utf-8") as file:
            lost = [_line(binding) for binding in parse_stream(file) if _is_lost(binding)]
    except (FileNotFoundError, IsADirectoryError):
        return
    except UnicodeDecodeError as error:
        raise SettingsError(f"{FILE}: is not UTF-8 text ({error})") from None
    except OSError as error:
        raise SettingsError(f"{FILE}: cannot be read ({error.strerror})") from None
    # Without the line itself, which may hold a secret.
    what = "is not NAME=value; a quote that opens must close, with nothing behind it"
    if lost:
        raise SettingsError("\n".join(f"{FILE}, line {line}: {what}" for line in lost))


def _is_lost(binding: Binding) -> bool:
    """Return whether a line is meant for Joinery, but would be passed over."""
    if binding.error:
        return PREFIX.rstrip("_") in binding.original.string.upper()
    name = (binding.key or "").upper()
    meant = name.strip("\"'").replace("-", "_").startswith(PREFIX)
    return meant and (binding.value is None or not name.startswith(PREFIX))


def _line(binding: Binding) -> int:
    """Return the line that a binding's text stands in: blank lines before it are counted to it."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return binding.original.line + blank.count("\n")


def _unknown_variables(known: Container[str]) -> dict[str, str]:
    """Return the variables with our prefix that are no settings, without the prefix."""
    variables = {name.upper(): value for name, value in os.environ.items()}
    ours = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX) and value and not _OF_KUBERNETES.fullmatch(f"{name}={value}")
    }
    return {name: value for name, value in ours.items() if name not in known}


def _key_problems(whose: str, secret: str | None, jwks_url: str | None) -> list[str]:
    name, url_name = f"{PREFIX}{whose.upper()}_SECRET", f"{PREFIX}{whose.upper()}_JWKS_URL"
    if secret and jwks_url:
        return [f"{name} and {url_name}: set one of them, not both"]
    if secret is not None and len(secret.encode()) < SECRET_BYTES:
        length = len(secret.encode())
        return [f"{name}: needs {SECRET_BYTES} bytes or more, has {length}; {_HOW}"]
    return []


def _production_problems(settings: Settings) -> list[str]:
    problems: list[str] = []
    for whose in ("auth", "connect"):
        secret: str | None = getattr(settings, f"{whose}_secret")
        jwks_url: str | None = getattr(settings, f"{whose}_jwks_url")
        name = f"{PREFIX}{whose.upper()}_SECRET"
        if not secret and not jwks_url:
            url_name = f"{PREFIX}{whose.upper()}_JWKS_URL"
            problems.append(f"{name}: production needs it, or {url_name}; {_HOW}")
        if secret in (DEVELOPMENT_AUTH_SECRET, DEVELOPMENT_CONNECT_SECRET):
            problems.append(f"{name}: is a development secret, which everyone knows; {_HOW}")
    return problems


def _document_problems(settings: Settings) -> Iterator[str]:
    if settings.trusted_only and settings.trusted_documents is None:
        yield f"{PREFIX}TRUSTED_ONLY: needs {PREFIX}TRUSTED_DOCUMENTS, or nothing is served"
    if settings.graphiql and settings.may_introspect == "nobody":
        yield f"{PREFIX}GRAPHIQL: needs {PREFIX}INTROSPECTION, which is nobody's"


def _database_problems(settings: Settings) -> Iterator[str]:
    try:
        tortoise_config(settings.database_url)
    except DatabaseError as error:
        yield f"{PREFIX}DATABASE_URL: {error}"
    try:
        check_replicas(settings.database_url, settings.database_replica_url)
    except DatabaseError as error:
        yield f"{PREFIX}DATABASE_REPLICA_URL: {error}"


def _explain(error: ValidationError) -> str:
    lines: list[str] = []
    for problem in error.errors():
        message = problem["msg"].removeprefix("Value error, ")
        variable = "_".join(str(part) for part in problem["loc"]).upper()
        if problem["type"] == "extra_forbidden":
            message = _unknown(f"{PREFIX}{variable}")
        lines.append(f"{PREFIX}{variable}: {_plain(message)}" if variable else message)
    return "\n".join(lines)


def _unknown(variable: str) -> str:
    known = [name.upper() for name in Settings.model_fields]
    name = variable.removeprefix(PREFIX)
    close = get_close_matches(name, known, 1) or [each for each in known if name.startswith(each)]
    if not close:
        return "is no setting; docs/operations.md lists those that there are"
    return f"is no setting; did you mean {PREFIX}{close[0]}?"


def _plain(message: str) -> str:
    if message.startswith("String should match pattern"):
        return "should be a URL that begins with http:// or https://"
    return message[0].lower() + message[1:]
