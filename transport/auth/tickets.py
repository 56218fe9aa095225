"""Tickets, which a browser's EventSource puts into the URL because it cannot send headers.

A ticket is valid once and for seconds, because URLs end up in logs and histories. The database
holds its digest, and the Authorization header that it stands for, encrypted by a key made from the
ticket, so that stored rows are of no use to others. A stream that a ticket opened ends with the
token, like any other stream.
"""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import structlog
from cryptography.fernet import Fernet
from starlette.requests import Request
from starlette.responses import Response

from execution.documents import token_needed
from execution.engine import to_json
from execution.errors import body_of, code_of, to_client_error
from models.ticket import Ticket
from resolvers.errors import RequestError
from transport.auth.tokens import Callers

LIFETIME = timedelta(seconds=30)
"""Time within which a ticket can be used."""
SWEEP_INTERVAL = timedelta(minutes=1)
"""Time between two deletions of expired tickets by a process."""

_STATUS = {"UNAUTHENTICATED": 401, "UNAVAILABLE": 503}
_log = structlog.stdlib.get_logger("joinery.auth")


class Tickets:
    """The tickets of all processes, in the database."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._swept_at = datetime.min.replace(tzinfo=UTC)

    async def make(self, authorization: str | None) -> tuple[str, datetime]:
        """Return a new ticket and the time when it expires.

        Raises RequestError if the Authorization header is missing or refused.
        """
        if authorization is None:
            raise token_needed()
        grant = await self._callers.grant(authorization)
        now = datetime.now(UTC)
        await self._sweep(now)
        ticket = secrets.token_urlsafe(32)
        ends = datetime.fromtimestamp(min((now + LIFETIME).timestamp(), grant.expires), UTC)
        sealed = _box(ticket).encrypt(authorization.encode())
        await Ticket.create(digest=_digest(ticket), sealed=sealed, expires_at=ends)
        return ticket, ends

    async def redeem(self, ticket: str) -> str:
        """Return the Authorization header that a ticket stands for, and delete the ticket.

        Raises RequestError UNAUTHENTICATED if it is unknown, used or expired.
        """
        found = await Ticket.get_or_none(digest=_digest(ticket))
        # Of two requests at the same time only the one that deletes the row may use the ticket.
        is_ours = found is not None and await Ticket.filter(digest=found.digest).delete()
        if found is None or not is_ours or found.expires_at <= datetime.now(UTC):
            _log.warning("a ticket was refused")
            raise RequestError("UNAUTHENTICATED", _NOT_GOOD)
        return _box(ticket).decrypt(found.sealed).decode()

    async def _sweep(self, now: datetime) -> None:
        """Delete expired tickets, once in an interval."""
        if now - self._swept_at > SWEEP_INTERVAL:
            self._swept_at = now
            await Ticket.filter(expires_at__lt=now).delete()

    async def answer(self, request: Request) -> Response:
        """Answer a request for a ticket."""
        try:
            ticket, ends = await self.make(request.headers.get("authorization"))
        except Exception as error:  # noqa: BLE001
            told = to_client_error(error)
            status = _STATUS.get(code_of(told) or "", 500)
            return _json(body_of([told]), status)
        return _json({"ticket": ticket, "expiresAt": ends}, 200)


_NOT_GOOD = (
    f"This ticket is not good: each is for one stream, within {LIFETIME.seconds} seconds. Get a new"
    " one from POST /graphql/ticket."
)


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def _box(ticket: str) -> Fernet:
    """Return the cipher of a ticket, whose key cannot be derived from the stored digest."""
    key = hashlib.sha256(b"key of " + ticket.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _json(body: dict[str, object], status: int) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "1"
    return Response(to_json(body), status, headers, media_type="application/json")
