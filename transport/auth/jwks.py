"""Public keys published at a URL (a JWKS): fetched in a thread, and cached."""

import asyncio
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from time import monotonic
from typing import cast

import jwt
import orjson
import structlog

ALGORITHMS = ("RS256", "ES256")
REFRESH_SECONDS = 300.0
"Keys are fetched again after this long, so that a withdrawn one is no longer accepted."
COOLDOWN_SECONDS = 10.0
"The least time between two attempts, whatever key ids tokens name."
TIMEOUT_SECONDS = 5.0
MAX_BYTES = 1 << 20

_UNFETCHABLE = (OSError, HTTPException, ValueError, AttributeError, jwt.PyJWTError)
_log = structlog.stdlib.get_logger("joinery.jwks")


class KeysUnavailableError(Exception):
    """No keys are cached, and they cannot be fetched now."""


class KeySet:
    """The keys of one JWKS URL. Cached keys stay valid while the URL cannot be reached."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: Mapping[str | None, jwt.PyJWK] | None = None
        self._fetched_at = self._tried_at = -float("inf")
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None

    async def find(self, kid: str | None) -> jwt.PyJWK | None:
        """Return the key with this id, or None; without an id, the only key if there is one.

        Raise KeysUnavailableError.
        """
        key = self._known(kid)
        if key is None:
            await self._fetch_once()
            return self._known(kid)
        if monotonic() - self._fetched_at > REFRESH_SECONDS and self._may_try():
            self._refreshing = asyncio.create_task(self._fetch_once())
        return key

    def _known(self, kid: str | None) -> jwt.PyJWK | None:
        keys = self._keys or {}
        if kid is None and len(keys) == 1:
            return next(iter(keys.values()))
        return keys.get(kid)

    def _may_try(self) -> bool:
        return monotonic() - self._tried_at > COOLDOWN_SECONDS

    async def _fetch_once(self) -> None:
        """Fetch the keys, unless another request has just tried."""
        async with self._lock:
            if self._may_try():
                self._tried_at = monotonic()
                try:
                    self._keys = await asyncio.to_thread(_fetch, self._url)
                    self._fetched_at = monotonic()
                except _UNFETCHABLE as error:
                    _log.warning("keys cannot be fetched", url=self._url, error=str(error))
        if self._keys is None:
            raise KeysUnavailableError(self._url)


def _fetch(url: str) -> dict[str | None, jwt.PyJWK]:
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
        document = cast("dict[str, object]", orjson.loads(answer.read(MAX_BYTES)))
    if not isinstance(document.get("keys"), list):
        raise ValueError("no JSON object with keys")  # noqa: TRY004
    keys = jwt.PyJWKSet.from_dict(document).keys
    # A shared secret (HS256) that strays in here must never verify anything.
    return {key.key_id: key for key in keys if key.algorithm_name in ALGORITHMS and _signs(key)}


def _signs(key: jwt.PyJWK) -> bool:
    return key.public_key_use in (None, "sig")
