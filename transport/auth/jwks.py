"""Public keys published at a URL (a JWKS): fetched in a thread, and cached."""

import asyncio
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from time import monotonic
from typing import Any, TypeAlias

import jwt
import orjson
import structlog
from cryptography.exceptions import UnsupportedAlgorithm

from telemetry.requests import current_request

ALGORITHMS: Mapping[object, Sequence[str]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA",),
}
"""The algorithms that a key may verify, by its type or its curve. No shared secret (`oct`) is among
them: one that strays into a published set must never verify anything."""
REFRESH_SECONDS = 300.0
"Keys are fetched again after this long, so that a withdrawn one is no longer accepted."
COOLDOWN_SECONDS = 10.0
"The least time between two attempts, whatever key ids tokens name."
TIMEOUT_SECONDS = 5.0
MAX_BYTES = 1 << 20

_HEADERS = {"Accept": "application/json", "User-Agent": "Joinery/0.1"}
_UNFETCHABLE = (OSError, HTTPException, ValueError)
# PyJWT lets through whatever a malformed key leads to: a KeyError where it lacks a member.
_UNREADABLE = (
    jwt.PyJWTError,
    UnsupportedAlgorithm,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
_Keys: TypeAlias = Mapping[str | None, Sequence[jwt.PyJWK]]
_log = structlog.stdlib.get_logger("joinery.jwks")


class KeysUnavailableError(Exception):
    """No keys are cached, and they cannot be fetched now."""


class KeySet:
    """The keys of one JWKS URL.

    Cached keys stay valid until the URL gives another set, be it empty. While it cannot be reached,
    it is asked again every `COOLDOWN_SECONDS`, as long as tokens come.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: _Keys | None = None
        self.revision = 0
        "A number that grows when the keys may have changed."
        self._fetched_at = self._tried_at = -float("inf")
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        self._problem: str | None = None

    async def find(self, kid: str | None) -> Sequence[jwt.PyJWK]:
        """Return the keys with this id, one for each algorithm; without an id, all keys.

        Raise KeysUnavailableError.
        """
        keys = self._known(kid)
        if not keys:
            await self._fetch_once()
            return self._known(kid)
        if monotonic() - self._fetched_at > REFRESH_SECONDS and self._may_try():
            self._refreshing = asyncio.create_task(self._fetch_once())
        return keys

    def _known(self, kid: str | None) -> Sequence[jwt.PyJWK]:
        return (self._keys or {}).get(kid, ())

    def _may_try(self) -> bool:
        return monotonic() - self._tried_at > COOLDOWN_SECONDS

    async def _fetch_once(self) -> None:
        """Fetch the keys, unless another request has just tried."""
        async with self._lock:
            if self._may_try():
                self._tried_at = monotonic()
                try:
                    keys, problem = await asyncio.to_thread(_fetch, self._url)
                    # Before there was any key, a signer may still be starting.
                    if keys or self._keys is not None:
                        self._keys = keys
                        self.revision += 1
                    self._fetched_at = monotonic()
                except _UNFETCHABLE as error:
                    problem = f"keys cannot be fetched: {error}"
                self._report(problem)
        if self._keys is None:
            raise KeysUnavailableError(self._url)

    def _report(self, problem: str | None) -> None:
        """Log a problem once, not at each attempt."""
        if problem is not None and problem != self._problem:
            _log.warning(problem, url=self._url)
        self._problem = problem


def _fetch(url: str) -> tuple[_Keys, str | None]:
    """Return the keys by their ids, all of them under None, and what is wrong with the others.

    Raise one of `_UNFETCHABLE`.
    """
    keys: dict[str | None, list[jwt.PyJWK]] = {}
    problems: list[str] = []
    for number, jwk in enumerate(_published(url), 1):
        try:
            kid, read = _read(jwk)
        except _UNREADABLE as error:
            problems.append(f"key {number} cannot be read ({type(error).__name__}: {error})")
            continue
        for name in {kid, None}:
            keys.setdefault(name, []).extend(read)
    if not any(keys.values()):
        problems.append("no key can be used")
        keys.clear()
    return keys, "; ".join(problems) or None


def _published(url: str) -> list[Any]:
    record = current_request.get()
    headers = _HEADERS if record is None else {**_HEADERS, **record.trace_headers}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
        document = orjson.loads(answer.read(MAX_BYTES))
    match document:
        case {"keys": [*keys]}:
            return keys
        case _:
            raise ValueError("no JSON object with keys")


def _read(jwk: dict[str, Any]) -> tuple[str | None, list[jwt.PyJWK]]:
    """Return the id of a key, and the key for each algorithm that it may verify.

    A key need not name its algorithm (RFC 7517, section 4.4): PyJWT takes RS256 for RSA then.
    Raise one of `_UNREADABLE`.
    """
    kid, kty = jwk.get("kid"), jwk.get("kty")
    if not isinstance(kid, str | None):
        raise TypeError("kid is no text")
    if jwk.get("use") not in (None, "sig"):
        return kid, []
    fitting = ALGORITHMS.get(kty if kty == "RSA" else jwk.get("crv"), ())
    named = jwk.get("alg")
    return kid, [jwt.PyJWK(jwk, name) for name in fitting if named in (None, name)]
