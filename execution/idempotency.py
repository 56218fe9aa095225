"""`Idempotency-Key`: a call that is repeated with the same key gets the answer of the first.

A run claims its key by a row, and holds it for a while. Each mutation field keeps its payload in
that row, in the transaction that does what the payload tells; so when a run dies between its
commit and its answer, the next one with the key gives the payload again instead of acting twice,
and a run that was overtaken cannot commit any more.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from models.idempotency import IdempotencyKey
from resolvers.caller import Caller
from resolvers.errors import RequestError

KEEP = timedelta(hours=24)
LEASE = timedelta(seconds=60)
"How long a run may be silent before its key is taken for abandoned."
SWEEP = timedelta(minutes=10)

_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer of the first run."""

    body: bytes
    status: int


class Claim:
    """A run's hold on its key; what the resolvers know as `Replay`."""

    def __init__(self, row_id: int, holder: str, kept: dict[str, Any]) -> None:
        self._id = row_id
        self._holder = holder
        self._kept = kept

    def kept(self, field: str) -> object | None:
        """The payload that an earlier run committed for this mutation field, or None."""
        return self._kept.get(field)

    async def keep(self, field: str, payload: object) -> None:
        """Keep a payload in the caller's transaction; RequestError UNAVAILABLE: roll back."""
        # From the row, not from memory: what this run kept before may have been rolled back.
        row = await self._mine.get_or_none()
        if row is None:
            raise _still_running()
        kept = _payloads(row) | {field: payload}
        if not await self._mine.update(kept=orjson.dumps(kept, option=orjson.OPT_UTC_Z)):
            raise _still_running()

    async def store(self, answer: StoredAnswer) -> None:
        """Give this answer to every repetition from now on."""
        await self._mine.update(response=answer.body, status_code=answer.status)

    async def release(self) -> None:
        """Let the next run with the key try again at once."""
        await self._mine.update(leased_until=datetime.now(UTC))

    @property
    def _mine(self) -> QuerySet[IdempotencyKey]:
        """The row, while nobody else has taken it over."""
        return IdempotencyKey.filter(id=self._id, holder=self._holder)


class IdempotencyKeys:
    """The keys of all callers, in the database, so that every worker knows them."""

    def __init__(self) -> None:
        self._swept_at = datetime.min.replace(tzinfo=UTC)

    async def claim(self, caller: Caller, key: str, digest: str) -> Claim | StoredAnswer:
        """Hold this key for the run that asks, or give the answer that is there already.

        Raises RequestError: IDEMPOTENCY_KEY_REUSED, or UNAVAILABLE while the first still runs.
        """
        now = datetime.now(UTC)
        await self._sweep(now)
        owner = f"{caller.role}:{caller.subject}"
        row = await IdempotencyKey.get_or_none(caller=owner, key=key)
        if row is None:
            return await _first_claim(owner, key, digest, now)
        if row.created_at < now - KEEP:
            await IdempotencyKey.filter(id=row.id).delete()
            return await _first_claim(owner, key, digest, now)
        if row.digest != digest:
            message = "This Idempotency-Key was used for another call: use a new one for each call."
            raise RequestError("IDEMPOTENCY_KEY_REUSED", message)
        if row.response is not None and row.status_code is not None:
            return StoredAnswer(bytes(row.response), row.status_code)
        return await _take_over(row, now)

    async def _sweep(self, now: datetime) -> None:
        """Forget, every now and then, the keys that are too old to be given again."""
        if now - self._swept_at > SWEEP:
            self._swept_at = now
            await IdempotencyKey.filter(created_at__lt=now - KEEP).delete()


def read_key(header: str) -> str:
    """The key of a header; raises RequestError INVALID_INPUT where it is none."""
    if not _KEY.fullmatch(header):
        message = "An Idempotency-Key is 1 to 255 visible ASCII characters without spaces."
        raise RequestError("INVALID_INPUT", message)
    return header


def digest_of(query: str, variables: Mapping[str, Any], operation_name: str | None) -> str:
    """What two calls must have in common to be the same call."""
    body = orjson.dumps([query, variables, operation_name], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


async def _first_claim(owner: str, key: str, digest: str, now: datetime) -> Claim:
    holder = secrets.token_hex(16)
    try:
        row = await IdempotencyKey.create(
            caller=owner,
            key=key,
            digest=digest,
            holder=holder,
            leased_until=now + LEASE,
            created_at=now,
        )
    except IntegrityError:
        # Another run was faster, by less than it takes to ask.
        raise _still_running() from None
    return Claim(row.id, holder, {})


async def _take_over(row: IdempotencyKey, now: datetime) -> Claim:
    """Take the key from a run that gave up, or died."""
    holder = secrets.token_hex(16)
    abandoned = IdempotencyKey.filter(
        id=row.id, holder=row.holder, response=None, leased_until__lte=now
    )
    if not await abandoned.update(holder=holder, leased_until=now + LEASE):
        raise _still_running()
    return Claim(row.id, holder, _payloads(row))


def _payloads(row: IdempotencyKey) -> dict[str, Any]:
    """What mutation fields have committed under this key, by response key."""
    return cast("dict[str, Any]", orjson.loads(row.kept or b"{}"))


def _still_running() -> RequestError:
    message = "The first call with this Idempotency-Key is still running. Try again in a moment."
    return RequestError("UNAVAILABLE", message)
