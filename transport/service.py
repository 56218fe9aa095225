"""What all protocols share: the engine, who calls, and how much is under way at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from delivery.live import Live
from execution.documents import Operation
from execution.engine import Engine, Params
from resolvers.context import Context
from resolvers.errors import RequestError
from transport.auth.tickets import Tickets
from transport.auth.tokens import Callers
from transport.deadline import Deadline
from transport.errors import HttpError
from transport.streams.registry import Registry
from transport.streams.stream import Stream

_TOO_MANY = "The server has too many requests under way: send it again in a second."


@dataclass(eq=False)
class Service:
    """One engine, as it is served by a process.

    An operation may take `request_timeout` seconds; `max_concurrency` are under way at most, those
    of all protocols together, without the subscriptions that are open.
    """

    engine: Engine
    callers: Callers
    new_context: Callable[..., Context] = Context
    request_timeout: float = 10.0
    max_concurrency: int = 500
    streams: Registry = field(default_factory=Registry)
    live: Live = field(default_factory=Live)
    under_way: int = field(default=0, init=False)
    deadline: Deadline = field(init=False)
    tickets: Tickets = field(init=False)

    def __post_init__(self) -> None:
        """Make what follows from the rest."""
        error = partial(_took_too_long, self.request_timeout)
        self.deadline = Deadline(self.request_timeout, error)
        self.tickets = Tickets(self.callers)

    def check_concurrency(self) -> None:
        """Refuse what is under way beyond the limit; raise HttpError 503."""
        if self.under_way > self.max_concurrency:
            raise HttpError(503, _TOO_MANY, {"Retry-After": "1"}, "UNAVAILABLE")

    def subscribe(
        self, operation: Operation, params: Params, context: Context, stream: Stream
    ) -> None:
        """Begin a subscription, whose results go to a stream; raise as the engine does."""
        subscription = self.engine.subscription(operation, params, context)
        stream.leave_by(self.live.subscribe(subscription, stream))


def _took_too_long(seconds: float) -> RequestError:
    message = (
        f"This took longer than {seconds:g} seconds and was given up. Try again later;"
        " a mutation may have been done, so repeat it with its Idempotency-Key."
    )
    return RequestError("UNAVAILABLE", message)
