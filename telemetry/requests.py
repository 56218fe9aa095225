"""The record of a request: what metrics, the access line and the trace tell of it."""

from collections.abc import Mapping
from contextvars import ContextVar
from time import perf_counter
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from telemetry import metrics

Outcome: TypeAlias = Literal["ok", "failed", "refused", "abandoned"]
"""Without errors, executed with errors, not executed, not answered as the client had gone."""
CLIENT_CLOSED = "CLIENT_CLOSED"
"""In place of a code where the client had gone."""


class Statement(NamedTuple):
    """A statement that was executed for a request, perhaps for others too."""

    sql: str
    "Without its values."
    rows: int
    began: float
    "By `perf_counter`."
    milliseconds: float


class Record:
    """The facts known of a request so far. None of them tells who a person is.

    Each operation by WebSocket has a record of its own, and so has the connection.

    Most are class attributes with defaults, which cost nothing until they are set.
    """

    event = "request"
    "The event of its log line: `stream` for a subscription, `connection` for a WebSocket."
    is_operation = False
    "Whether it was sent to GraphQL, well-formed or not."
    name: str | None = None
    "The operation's, as its document has it."
    label = metrics.OTHER
    "The name if the document is trusted."
    type = "unknown"
    role: str | None = None
    outcome: Outcome = "refused"
    code: str | None = None
    "Of the gravest error."
    status = 0
    "0 where nothing was answered."
    trace_id: str | None = None
    trace_headers: Mapping[str, str] = MappingProxyType({})
    "For requests to other servers, which are part of the trace."
    messages: int | None = None
    "The number of results that were sent; None unless it is a subscription."
    closed: int | None = None
    "The close code of its WebSocket."
    queued = 0.0
    "Seconds of waiting for a turn, a connection or a transaction."

    def __init__(self, request_id: str) -> None:
        self.id = request_id
        self.began = perf_counter()
        self.statements: list[Statement] = []
        self.decisions: list[tuple[str, str]] = []
        "Actions and outcomes of the transaction that is open."

    def describe(self, kind: str, name: str | None, *, is_trusted: bool) -> None:
        """Note the type and the name of the operation."""
        self.type, self.name = kind, name
        if is_trusted and name:
            self.label = name


current_request: ContextVar[Record | None] = ContextVar("request", default=None)
"""The record of the request that is being worked on."""


def count(record: Record, seconds: float) -> None:
    """Count an operation that has been answered."""
    kind = record.type
    metrics.OPERATIONS.add(record.label, kind, record.outcome, record.code or "")
    if record.event == "stream":
        return
    metrics.OPERATION_SECONDS.add(seconds, record.label, kind)
    if statements := record.statements:
        metrics.QUEUE_SECONDS.add(record.queued, kind)
        metrics.SQL_SECONDS.add(sum([each.milliseconds for each in statements]) / 1000, kind)


def decided(action: str, outcome: str) -> None:
    """Note a decision of the open transaction."""
    if (record := current_request.get()) is not None:
        record.decisions.append((action, outcome))


def forget_decisions() -> None:
    """Forget what an earlier run of the transaction decided, or one that failed."""
    if (record := current_request.get()) is not None:
        record.decisions.clear()


def count_decisions() -> None:
    """Count what has been committed."""
    if (record := current_request.get()) is not None:
        for action, outcome in record.decisions:
            metrics.TRANSITIONS.add(action, outcome)


def waited(seconds: float) -> None:
    """Add to the time that the request has waited, if there is one."""
    if (record := current_request.get()) is not None:
        record.queued += seconds
