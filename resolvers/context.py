"""What every resolver knows of the request it works for (`info.context`)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from resolvers.caller import Caller, Proof


class Proofs(Protocol):
    """Reads the proofs of `connectAccount`."""

    async def verify(self, token: str) -> Proof:
        """What the proof says; raises `InvalidProofError` where it cannot be believed."""
        ...


class InvalidProofError(Exception):
    """A proof that is malformed, forged or expired. Its text says which, for people."""


class Replay(Protocol):
    """What an earlier run of this request, with the same Idempotency-Key, has committed."""

    def kept(self, field: str) -> object | None:
        """The payload that this mutation field (by its response key) gave then, or None."""
        ...

    async def keep(self, field: str, payload: object) -> None:
        """Keep a finished payload, in the transaction that does what it tells.

        Raises `RequestError` UNAVAILABLE where another run has taken over: roll back.
        """
        ...


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Context:
    """One request: who asks, when, and in which way."""

    caller: Caller | None = None
    now: datetime = field(default_factory=_now)
    proofs: Proofs | None = None
    "None where no service is configured to sign them."
    plain_accounts: bool = False
    "Whether `connectAccount` takes the plain fields instead of a proof (development only)."
    dry_run: bool = False
    "Set by the engine where `@dryRun` is on the operation."
    replay: Replay | None = None
    "None without an Idempotency-Key."
