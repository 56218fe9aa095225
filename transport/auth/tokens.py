"""JSON Web Tokens: whether one can be believed, and making one where we hold the secret."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

import jwt

from transport.auth.jwks import KeySet

GOOD_TOKENS = 10_000
"How many are remembered."


class InvalidTokenError(Exception):
    """A token that cannot be believed. Its text says why, for people."""


class Keys(Protocol):
    """What signatures are checked with. A key allows one algorithm, whatever the token claims."""

    async def find(self, kid: str | None) -> jwt.PyJWK | None:
        """The key with this id, or None."""
        ...


class Secret:
    """A secret that both sides hold: HS256."""

    def __init__(self, secret: str) -> None:
        key = jwt.get_algorithm_by_name("HS256").to_jwk(secret.encode(), as_dict=True)
        self._key = jwt.PyJWK(key, algorithm="HS256")

    async def find(self, kid: str | None) -> jwt.PyJWK:  # noqa: ARG002
        """The secret, whatever the id."""
        return self._key


def keys_of(secret: str | None, jwks_url: str | None) -> Keys:
    """The keys that the settings name; one of the two must be given."""
    if jwks_url:
        return KeySet(jwks_url)
    if not secret:
        raise ValueError("neither a secret nor a JWKS URL")
    return Secret(secret)


Claims: TypeAlias = Mapping[str, Any]
"""What a token says. The same object each time, while the token is remembered."""


class _Good(NamedTuple):
    """A token that was found good, and the key that said so."""

    claims: Claims
    expires: int
    kid: str | None
    key: jwt.PyJWK


class Verifier:
    """Checks the tokens of one signer: signature, expiry, and issuer and audience where set.

    A signature that was found good is not checked again while its key is the same: that would
    cost more than all the rest of a small request.
    """

    def __init__(self, keys: Keys, issuer: str | None = None, audience: str | None = None) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._good: OrderedDict[str, _Good] = OrderedDict()

    async def claims(self, token: str) -> Claims:
        """What the token says; raises InvalidTokenError, or KeysUnavailableError (try again)."""
        known = self._good.get(token)
        if known and time.time() < known.expires and await self._is_key(known):
            return known.claims
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.find(kid)
            if key is None:
                raise InvalidTokenError("is signed with a key that is not known here")
            claims = self._decoded(token, key)
        except jwt.PyJWTError as error:
            raise InvalidTokenError(_why(error)) from None
        self._good[token] = _Good(claims, int(claims["exp"]), kid, key)
        if len(self._good) > GOOD_TOKENS:
            self._good.popitem(last=False)
        return claims

    async def _is_key(self, known: _Good) -> bool:
        return await self._keys.find(known.kid) is known.key

    def _decoded(self, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=self._issuer,
            audience=self._audience,
            options={"require": ["exp"], "verify_aud": self._audience is not None},
        )


def sign(secret: str, claims: Mapping[str, Any], seconds: int) -> str:
    """An HS256 token with these claims (those that are None left out), good for so many seconds."""
    now = int(time.time())
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given | {"iat": now, "exp": now + seconds}, secret, algorithm="HS256")


def _why(error: jwt.PyJWTError) -> str:
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
