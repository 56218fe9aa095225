"""Bearer tokens and proofs, which are JSON Web Tokens: who calls, and what a proof says."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import jwt
import structlog

from execution.errors import code_of
from resolvers.caller import Caller, Proof
from resolvers.context import InvalidProofError
from resolvers.errors import RequestError
from resolvers.queries.influencers import is_known
from transport.auth.claims import (
    UNKNOWN_INFLUENCER,
    Claims,
    InvalidTokenError,
    read_caller,
    read_proof,
)
from transport.auth.jwks import KeySet, KeysUnavailableError
from transport.settings import Settings

TOKEN_CACHE_SIZE = 10_000

_log = structlog.stdlib.get_logger("joinery.auth")


class Callers(Protocol):
    """Find callers by the Authorization header; raise RequestError."""

    async def caller(self, authorization: str | None) -> Caller | None:
        """Return the caller, or None without a header."""
        ...

    async def grant(self, authorization: str) -> "Grant":
        """Return the grant of the header's token."""
        ...

    @property
    def revision(self) -> int:
        """A number that changes when a token that was accepted may be refused before it expires."""
        ...


class Authenticator:
    """Find the caller of a request by its Authorization header.

    A token is verified once and remembered while it is valid: to check its signature costs more
    than all the rest of a small request.
    """

    def __init__(self, settings: Settings) -> None:
        keys = _keys(settings.auth_secret, settings.auth_jwks_url)
        self._verifier = _Verifier(
            keys, settings.auth_leeway, settings.auth_issuer, settings.auth_audience
        )
        self._settings = settings
        self._callers: OrderedDict[str, tuple[_Verified, Caller]] = OrderedDict()

    async def caller(self, authorization: str | None) -> Caller | None:
        """Return the caller, or None without a header.

        Raise RequestError UNAUTHENTICATED, or UNAVAILABLE where the keys cannot be fetched.
        """
        return None if authorization is None else (await self.grant(authorization)).caller

    async def grant(self, authorization: str) -> "Grant":
        """Return the grant of an Authorization header; raise as `caller` does."""
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            _log.warning("a token was refused", reason="no bearer token")
            raise _unauthenticated("The Authorization header must be `Bearer` and a token.")
        try:
            verified, caller = await self._verified(token.strip())
        except InvalidTokenError as error:
            _log.warning("a token was refused", reason=str(error))
            raise _unauthenticated(f"The token {error}. Get a new one.") from None
        except KeysUnavailableError:
            message = "The keys that tokens are checked with cannot be fetched now. Try again."
            raise RequestError("UNAVAILABLE", message) from None
        return Grant(caller, verified.expires, authorization, self)

    @property
    def revision(self) -> int:
        """A number that changes with the keys."""
        return self._verifier.revision

    async def _verified(self, token: str) -> "tuple[_Verified, Caller]":
        if known := self._callers.get(token):
            verified, caller = known
            if await self._verifier.is_still_valid(verified):
                if caller.influencer_id is not None and not await is_known(caller.influencer_id):
                    raise InvalidTokenError(UNKNOWN_INFLUENCER)
                return known
        verified = await self._verifier.verify(token)
        caller = await read_caller(verified.claims, self._settings)
        self._callers[token] = verified, caller
        if len(self._callers) > TOKEN_CACHE_SIZE:
            self._callers.popitem(last=False)
        return verified, caller


class Grant(NamedTuple):
    """A caller, and the token that they are known by."""

    caller: Caller
    expires: int
    "Seconds since 1970."
    authorization: str
    callers: Callers

    async def check(self) -> None:
        """Raise RequestError UNAUTHENTICATED if the token is no longer accepted.

        While the keys cannot be fetched, those that are cached decide.
        """
        await self.callers.grant(self.authorization)

    async def refusal(self) -> RequestError | None:
        """Return why the token is no longer accepted; None if it is, or cannot be checked."""
        try:
            await self.check()
        except RequestError as error:
            return error if code_of(error) == "UNAUTHENTICATED" else None
        return None


class ConnectProofs:
    """Read the proofs of `connectAccount`, signed by the service that did a platform's login."""

    def __init__(self, settings: Settings) -> None:
        keys = _keys(settings.connect_secret, settings.connect_jwks_url)
        self._verifier = _Verifier(keys, settings.auth_leeway)

    async def verify(self, token: str) -> Proof:
        """Return what the proof says. Raise InvalidProofError, or RequestError UNAVAILABLE."""
        try:
            return read_proof((await self._verifier.verify(token)).claims)
        except InvalidTokenError as error:
            raise InvalidProofError(f"The proof {error}.") from None
        except KeysUnavailableError:
            message = "The keys that proofs are checked with cannot be fetched now. Try again."
            raise RequestError("UNAVAILABLE", message) from None


def sign(secret: str, claims: Mapping[str, Any], seconds: int) -> str:
    """Return an HS256 token that is valid for so many seconds, without claims that are None."""
    now = int(time.time())
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given | {"iat": now, "exp": now + seconds}, secret, algorithm="HS256")


def _unauthenticated(message: str) -> RequestError:
    return RequestError("UNAUTHENTICATED", message)


# Verification


class _Keys(Protocol):
    """The keys of one signer. A key allows one algorithm, whatever the token claims."""

    revision: int
    "A number that changes with the keys."

    async def find(self, kid: str | None) -> Sequence[jwt.PyJWK]:
        """Return the keys with this id; there may be several."""
        ...


class _Secret:
    """A secret that both sides hold: HS256."""

    revision = 0

    def __init__(self, secret: str) -> None:
        key = jwt.get_algorithm_by_name("HS256").to_jwk(secret.encode(), as_dict=True)
        self._keys = (jwt.PyJWK(key, algorithm="HS256"),)

    async def find(self, kid: str | None) -> Sequence[jwt.PyJWK]:  # noqa: ARG002
        """Return the secret, whatever the id."""
        return self._keys


def _keys(secret: str | None, jwks_url: str | None) -> _Keys:
    """Return the keys that the settings name; one of the two must be given."""
    if jwks_url:
        return KeySet(jwks_url)
    if not secret:
        raise ValueError("neither a secret nor a JWKS URL")
    return _Secret(secret)


class _Verified(NamedTuple):
    """A token's claims, its expiry (seconds since 1970), and the key that it was verified with."""

    claims: Claims
    expires: int
    kid: str | None
    key: jwt.PyJWK


class _Verifier:
    """Verify the tokens of one signer: signature, time, and issuer and audience where set."""

    def __init__(
        self, keys: _Keys, leeway: int, issuer: str | None = None, audience: str | None = None
    ) -> None:
        self._keys = keys
        self._leeway = leeway
        self._issuer = issuer
        self._audience = audience

    async def verify(self, token: str) -> _Verified:
        """Return what the token says; raise InvalidTokenError, or KeysUnavailableError."""
        try:
            header = jwt.get_unverified_header(token)
            keys = await self._keys.find(header.get("kid"))
            if not keys:
                raise InvalidTokenError("is signed with a key that is not known here")
            fitting = [key for key in keys if key.algorithm_name == header.get("alg")]
            claims, key = self._decoded_by_one_of(fitting, token)
        except jwt.PyJWTError as error:
            raise InvalidTokenError(_reason(error)) from None
        return _Verified(claims, int(claims["exp"]), header.get("kid"), key)

    @property
    def revision(self) -> int:
        """The revision of the keys."""
        return self._keys.revision

    async def is_still_valid(self, verified: _Verified) -> bool:
        """Return whether a token that was verified has not expired, nor its key been withdrawn."""
        return time.time() < verified.expires and verified.key in await self._keys.find(
            verified.kid
        )

    def _decoded_by_one_of(self, keys: Sequence[jwt.PyJWK], token: str) -> tuple[Claims, jwt.PyJWK]:
        failure: jwt.PyJWTError = jwt.InvalidAlgorithmError()
        for key in keys:
            try:
                return self._decoded(token, key), key
            except jwt.InvalidSignatureError as error:
                failure = error
        raise failure

    def _decoded(self, token: str, key: jwt.PyJWK) -> Claims:
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=self._issuer,
            audience=self._audience,
            leeway=self._leeway,
            options={
                "require": ["exp"],
                "verify_aud": self._audience is not None,
                # When it was made refuses no token; RFC 7519 has nbf for that.
                "verify_iat": False,
            },
        )
        # PyJWT's leeway is for exp too, but clients get a new token before the end: what is stolen
        # or withdrawn shall not be good for longer than its signer said.
        if int(claims["exp"]) <= time.time():
            raise jwt.ExpiredSignatureError
        return claims


def _reason(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "has expired"
        case jwt.ImmatureSignatureError():
            return "is not valid yet"
        case jwt.InvalidIssuerError():
            return "is from another issuer"
        case jwt.InvalidAudienceError():
            return "is for another audience"
        case jwt.MissingRequiredClaimError():
            return f"lacks the claim {error.claim}"
        case jwt.InvalidAlgorithmError():
            return "is signed with another algorithm than the one agreed on"
        case jwt.InvalidSignatureError():
            return "has a wrong signature"
        case jwt.DecodeError() | jwt.InvalidTokenError():
            return f"is malformed ({error})"
        case _:
            return "cannot be verified"
