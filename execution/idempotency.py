"""Idempotency keys: a call that is repeated with the same key gets the response of the first.

A run of a call claims the key by a row, and holds it by a lease. Each mutation field stores its
payload in that row, within its own transaction. So when a run dies between its commit and its
response, the next run with the key returns the payload instead of acting twice; and a run that has
lost its lease to another cannot commit any more.
"""

import asyncio
import hashlib
import math
import re
import secrets
from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

import orjson
from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from database.session import run
from execution.errors import to_client_error
from models.idempotency import IdempotencyKey
from resolvers.caller import Caller
from resolvers.errors import RequestError

RETENTION = timedelta(hours=24)
LEASE = 15.0
"Seconds. A run that takes longer is taken for dead, so an operation must take less."
RELEASE_SECONDS = 5
"So long a run that was cut off may take to give up its lease; then it is left to end."
SWEEP_INTERVAL = timedelta(minutes=10)

# It waits for an INSERT that is under way; a claim that comes later finds the key another's.
_FREE = """
INSERT INTO idempotency_key (caller, influencer_id, key, digest, holder, leased_until, created_at)
VALUES (:caller, :influencer, :key, :digest, :nobody, :now, :now)
ON CONFLICT (caller, key) DO UPDATE
SET holder = excluded.holder, leased_until = excluded.leased_until
WHERE idempotency_key.response IS NULL AND (
    idempotency_key.holder = :holder OR idempotency_key.leased_until <= excluded.leased_until)"""
_releasing = set[asyncio.Task[None]]()
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


class Claim:
    """The hold of a run on its key; resolvers know it as `Replay`."""

    def __init__(self, row_id: int, holder: str, kept: dict[str, Any]) -> None:
        self._id = row_id
        self._holder = holder
        self._kept = kept
        self._hidden = list[bytes]()

    def kept(self, field: str) -> object | None:
        """Return the payload that an earlier run committed for this mutation field, or None."""
        return self._kept.get(field)

    async def keep(self, field: str, payload: object) -> None:
        """Store a payload in the current transaction.

        Raise RequestError UNAVAILABLE, which must roll it back, where the claim is lost.
        """
        # From the row, not from memory: what this run stored before may have been rolled back.
        row = await self._mine.get_or_none()
        if row is None:
            raise _taken_over()
        kept = orjson.dumps(_payloads(row) | {field: payload}, option=orjson.OPT_UTC_Z)
        if not await self._mine.update(kept=self._without_secrets(kept)):
            raise _taken_over()

    def hide(self, secret: str) -> None:
        """Replace this secret by null in the stored answer: a repeated call must not return it."""
        self._hidden.append(orjson.dumps(secret))

    async def store(self, response: bytes, read_after: str | None) -> None:
        """Store the response for all repeated calls, with the position that it carries."""
        # The status of HTTP: an operation that was executed has no other.
        stored = self._without_secrets(response)
        await self._mine.update(response=stored, status_code=200, read_after=read_after)

    async def release(self) -> None:
        """End the lease: the next run with the key may start at once."""
        await self._mine.update(leased_until=datetime.now(UTC))

    def release_soon(self) -> None:
        """Do the same after a run that was cut off: as soon as its transaction has ended."""
        _soon(self.release())  # which waits for the lock that `keep` has taken

    def _without_secrets(self, response: bytes) -> bytes:
        # A secret is random and long, so no other text in the JSON is equal to it.
        for secret in self._hidden:
            response = response.replace(secret, b"null")
        return response

    @property
    def _mine(self) -> QuerySet[IdempotencyKey]:
        """The row, unless another run has taken it over."""
        return IdempotencyKey.filter(id=self._id, holder=self._holder)


class StoredResponse(NamedTuple):
    """The response to an earlier call with the same key."""

    body: bytes
    read_after: str | None
    "None where there were no replicas."


class IdempotencyKeys:
    """The keys of all callers, in the database: all processes share them."""

    def __init__(self, lease: float = LEASE) -> None:
        self._lease = timedelta(seconds=lease)
        self._swept_at = datetime.min.replace(tzinfo=UTC)

    async def claim(self, caller: Caller, key: str, digest: str) -> Claim | StoredResponse:
        """Claim the key for a run; return the response instead if it is stored already.

        Raise RequestError: IDEMPOTENCY_KEY_REUSED, or UNAVAILABLE while another run has the claim.
        """
        now = datetime.now(UTC)
        await self._sweep(now)
        owner = _owner(caller)
        row = await IdempotencyKey.get_or_none(caller=owner, key=key)
        if row is None:
            return await self._first_claim(caller, key, digest, now)
        if row.created_at < now - RETENTION:
            await IdempotencyKey.filter(id=row.id).delete()
            return await self._first_claim(caller, key, digest, now)
        if row.digest != digest:
            message = "This Idempotency-Key was used for another call: use a new one for each call."
            raise RequestError("IDEMPOTENCY_KEY_REUSED", message)
        if row.response is not None:
            return StoredResponse(bytes(row.response), row.read_after)
        return await self._take_over(row, now)

    async def _first_claim(self, caller: Caller, key: str, digest: str, now: datetime) -> Claim:
        owner, holder = _owner(caller), secrets.token_hex(16)
        try:
            with _freed_if_cut_off(owner, caller.influencer_id, key, digest, holder):
                row = await IdempotencyKey.create(
                    caller=owner,
                    influencer_id=caller.influencer_id,
                    key=key,
                    digest=digest,
                    holder=holder,
                    leased_until=now + self._lease,
                    created_at=now,
                )
        except IntegrityError:
            # Another run has inserted it since this one looked.
            raise self._still_running(now + self._lease, now) from None
        return Claim(row.id, holder, {})

    async def _take_over(self, row: IdempotencyKey, now: datetime) -> Claim | StoredResponse:
        """Claim the key of a run that released it, or died."""
        holder = secrets.token_hex(16)
        abandoned = IdempotencyKey.filter(
            id=row.id, holder=row.holder, response=None, leased_until__lte=now
        )
        with _freed_if_cut_off(row.caller, row.influencer_id, row.key, row.digest, holder):
            is_ours = await abandoned.update(holder=holder, leased_until=now + self._lease)
            # With what another run has committed until the claim changed hands; later it cannot.
            found = await IdempotencyKey.get(id=row.id)
        if is_ours:
            return Claim(row.id, holder, _payloads(found))
        if found.response is not None:
            return StoredResponse(bytes(found.response), found.read_after)
        raise self._still_running(found.leased_until, now)

    def _still_running(self, leased_until: datetime, now: datetime) -> RequestError:
        """Return the refusal while another run has the claim, with when to try again.

        Most runs end at once, and those of a process that died never: so the time to wait is that
        for which the run has been going on, at least a second, at most what remains of its lease.
        """
        remaining = max(1, math.ceil((leased_until - now).total_seconds()))
        going_on = math.ceil((now - (leased_until - self._lease)).total_seconds())
        message = (
            "The first call with this Idempotency-Key is still running, or its server has died. It"
            f" is over in {remaining} seconds at the latest: send the same again."
        )
        return RequestError("UNAVAILABLE", message, retry_after=min(remaining, max(1, going_on)))

    async def _sweep(self, now: datetime) -> None:
        """Delete the keys whose retention is over, once in an interval."""
        if now - self._swept_at > SWEEP_INTERVAL:
            self._swept_at = now
            await IdempotencyKey.filter(created_at__lt=now - RETENTION).delete()


def read_key(header: str) -> str:
    """Return the key in a header; raise RequestError INVALID_INPUT where it is malformed."""
    if not _KEY.fullmatch(header):
        message = "An Idempotency-Key is 1 to 255 visible ASCII characters without spaces."
        raise RequestError("INVALID_INPUT", message)
    return header


def digest_of(query: str, variables: Mapping[str, Any], operation_name: str | None) -> str:
    """Return a digest of a call: another call with the same key must have the same."""
    body = orjson.dumps([query, variables, operation_name], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


@contextmanager
def _freed_if_cut_off(
    caller: str, influencer: int | None, key: str, digest: str, holder: str
) -> Generator[None]:
    """Free a key soon if the block, in which the holder claims it, is cut off.

    What the block has told the database may be done by then, or under way, or still to come.
    """
    try:
        yield
    except IntegrityError:
        raise  # the claim is another's
    except BaseException:
        _soon(_free(caller, influencer, key, digest, holder))
        raise


async def _free(caller: str, influencer: int | None, key: str, digest: str, holder: str) -> None:
    nobody = secrets.token_hex(16)
    now = datetime.now(UTC)
    values = {"caller": caller, "influencer": influencer, "key": key, "digest": digest, "now": now}
    await run(_FREE, holder=holder, nobody=nobody, **values)


def _soon(release: Coroutine[Any, Any, None]) -> None:
    """Give a key up beside what goes on, if that can be done in time; else its lease ends."""
    releasing = asyncio.create_task(_in_time(release))
    _releasing.add(releasing)
    releasing.add_done_callback(_releasing.discard)


async def _in_time(release: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(RELEASE_SECONDS):
            await release
    except Exception as error:  # noqa: BLE001
        to_client_error(error)  # for the log


def _owner(caller: Caller) -> str:
    """Return whose keys are the caller's: also the advertiser's, for whom a `sub` may be another's.

    Advertisers are told by a digest, so that the name fits its column, and no text is two callers'.
    """
    if caller.advertiser_id is None:
        return f"{caller.role}:{caller.subject}"
    advertiser = hashlib.sha256(caller.advertiser_id.encode()).hexdigest()[:32]
    return f"{caller.role}:{advertiser}:{caller.subject}"


def _payloads(row: IdempotencyKey) -> dict[str, Any]:
    """Return the payloads that mutation fields have committed, by response key."""
    return cast("dict[str, Any]", orjson.loads(row.kept or b"{}"))


def _taken_over() -> RequestError:
    message = "Another call with this Idempotency-Key has taken over. Send the same again."
    return RequestError("UNAVAILABLE", message)
