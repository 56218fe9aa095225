"""The context of a request, for resolvers (`info.context`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from database.positions import Position
from resolvers.caller import Caller, Proof


class Proofs(Protocol):
    """Reads the proofs of `connectAccount`."""

    async def verify(self, token: str) -> Proof:
        """Return what the proof says. Raises InvalidProofError if it is not valid."""
        ...


class InvalidProofError(Exception):
    """A proof that is malformed, forged or expired; the message says which."""


class Replay(Protocol):
    """The payloads that an earlier run of this request (same Idempotency-Key) has committed."""

    def kept(self, field: str) -> object | None:
        """Return the payload of a mutation field (by its response key), if it was committed."""
        ...

    async def keep(self, field: str, payload: object) -> None:
        """Store a finished payload, in the transaction that it reports.

        Raises RequestError UNAVAILABLE if another run has taken over: roll back.
        """
        ...

    def hide(self, secret: str) -> None:
        """Replace this secret by null in the stored answer, because it is shown only once."""
        ...


class WebhookRules(Protocol):
    """The checks of a webhook's URL and selection."""

    def problem_of_url(self, url: str) -> str | None:
        """Return the reason why nothing can be sent to this URL; None if there is none."""
        ...

    def problem_of_selection(self, selection: str) -> str | None:
        """Return the reason why a selection on `ParticipationChange` is invalid; None if valid."""
        ...


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Context:
    """One request: who calls, when, and how."""

    caller: Caller | None = None
    clock: Callable[[], datetime] = utc_now
    now: datetime = field(init=False)
    "When the request arrived; in a mutation, when its locks were held."
    proofs: Proofs | None = None
    "None if no service is configured to sign them."
    plain_accounts: bool = False
    "Whether `connectAccount` takes the plain fields instead of a proof (development only)."
    replay: Replay | None = None
    "None without an Idempotency-Key."
    positions: Sequence[int] = ()
    "The positions in the feed whose changes are to be returned."
    webhooks: WebhookRules | None = None
    "The checks that the mutations of webhooks use."
    read_after: Position | None = None
    "What is read must have come so far, wherever it is read; None: the client did not say."

    def __post_init__(self) -> None:
        """Read the clock."""
        self.now = self.clock()

    def tick(self) -> datetime:
        """Read the clock again, for `now`: what is written under locks happens after waiting."""
        self.now = max(self.now, self.clock())
        return self.now
