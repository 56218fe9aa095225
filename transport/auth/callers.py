"""Who the caller is, by their bearer token, and what a proof of `connectAccount` says."""

from collections import OrderedDict

from models.influencer import Influencer
from models.text import is_storable
from resolvers import ids
from resolvers.audience_sql import MAX_FOLLOWERS
from resolvers.caller import Caller, Proof
from resolvers.context import InvalidProofError
from resolvers.errors import RequestError
from resolvers.queries.influencers import is_known
from transport.auth.jwks import KeysUnavailableError
from transport.auth.tokens import GOOD_TOKENS, Claims, InvalidTokenError, Verifier, keys_of
from transport.settings import Settings
from workflow.enums import PLATFORMS, Platform, Role

LONGEST_SUB = 250
EXTERNAL_ID = "externalId:"
_NAMES_NONE = "is an influencer's, but its sub names none that is known here"
_BY_ID = ids.encode("Influencer", "<number>")
_MALFORMED_SUB = f"is an influencer's, but its sub is neither {_BY_ID} nor {EXTERNAL_ID}<id>"
_CALLING_ROLES = (Role.STAFF, Role.ADVERTISER, Role.INFLUENCER)


class Authenticator:
    """Turns a request's Authorization header into a caller."""

    def __init__(self, settings: Settings) -> None:
        keys = keys_of(settings.auth_secret, settings.auth_jwks_url)
        self._tokens = Verifier(keys, settings.auth_issuer, settings.auth_audience)
        self._callers: OrderedDict[str, tuple[Claims, Caller]] = OrderedDict()

    async def caller(self, authorization: str | None) -> Caller | None:
        """The caller, None without a header. Raises RequestError UNAUTHENTICATED or UNAVAILABLE."""
        if authorization is None:
            return None
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthenticated("The Authorization header must be `Bearer` and a token.")
        try:
            return await self._caller(token.strip())
        except InvalidTokenError as error:
            raise _unauthenticated(f"The token {error}. Get a new one.") from None
        except KeysUnavailableError:
            message = "The keys that tokens are checked with cannot be fetched now. Try again."
            raise RequestError("UNAVAILABLE", message) from None

    async def _caller(self, token: str) -> Caller:
        claims = await self._tokens.claims(token)
        known, caller = self._callers.get(token) or (None, None)
        if caller is None or known is not claims:
            caller = await _caller(claims)
            self._callers[token] = claims, caller
            if len(self._callers) > GOOD_TOKENS:
                self._callers.popitem(last=False)
        elif caller.influencer_id is not None and not await is_known(caller.influencer_id):
            raise InvalidTokenError(_NAMES_NONE)
        return caller


class ConnectProofs:
    """Reads the proofs that the service which did a platform's login signs."""

    def __init__(self, settings: Settings) -> None:
        self._tokens = Verifier(keys_of(settings.connect_secret, settings.connect_jwks_url))

    async def verify(self, token: str) -> Proof:
        """What the proof says. Raises InvalidProofError, or RequestError UNAVAILABLE."""
        try:
            return _proof(await self._tokens.claims(token))
        except InvalidTokenError as error:
            raise InvalidProofError(f"The proof {error}.") from None
        except KeysUnavailableError:
            message = "The keys that proofs are checked with cannot be fetched now. Try again."
            raise RequestError("UNAVAILABLE", message) from None


async def _caller(claims: Claims) -> Caller:
    role = claims.get("role")
    if role not in _CALLING_ROLES:
        raise InvalidTokenError(f"needs the claim role, one of {', '.join(_CALLING_ROLES)}")
    subject = _text(claims, "sub", LONGEST_SUB)
    name = _text(claims, "name", 200) if claims.get("name") is not None else None
    match Role(role):
        case Role.INFLUENCER:
            return Caller(Role.INFLUENCER, subject, name, influencer_id=await _influencer(subject))
        case Role.ADVERTISER:
            advertiser = _text(claims, "advertiser", 200)
            return Caller(Role.ADVERTISER, subject, name, advertiser_id=advertiser)
        case _:
            return Caller(Role.STAFF, subject, name)


async def _influencer(subject: str) -> int:
    """The number of the influencer that a `sub` names: by global id, or by their external id."""
    number = ids.decode(subject, "Influencer")
    if number is not None:
        found = Influencer.filter(id=number)
    elif subject.startswith(EXTERNAL_ID):
        found = Influencer.filter(external_id=subject.removeprefix(EXTERNAL_ID))
    else:
        raise InvalidTokenError(_MALFORMED_SUB)
    row = await found.filter(erased_at=None).values_list("id", flat=True)
    if not row:
        raise InvalidTokenError(_NAMES_NONE)
    return int(str(row[0]))


def _proof(claims: Claims) -> Proof:
    platform = claims.get("platform")
    if platform not in PLATFORMS:
        raise InvalidTokenError(f"needs the claim platform, one of {', '.join(Platform)}")
    followers = claims.get("followers")
    if type(followers) is not int or not 0 <= followers <= MAX_FOLLOWERS:
        raise InvalidTokenError("needs the claim followers, a whole number from 0 up")
    return Proof(
        influencer=_text(claims, "influencer", LONGEST_SUB),
        platform=Platform(platform),
        external_id=_text(claims, "externalId", 200),
        handle=_text(claims, "handle", 200),
        followers=followers,
    )


def _text(claims: Claims, name: str, longest: int) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _is_good(value, longest):
        raise InvalidTokenError(f"needs the claim {name}, a text of 1 to {longest} characters")
    return value


def _is_good(text: str, longest: int) -> bool:
    return bool(text.strip()) and len(text) <= longest and is_storable(text)


def _unauthenticated(message: str) -> RequestError:
    return RequestError("UNAUTHENTICATED", message)
