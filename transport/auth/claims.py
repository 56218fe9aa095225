"""The claims of tokens and proofs, by the names that the settings give them."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from database.session import rows_by
from models.text import clean, clean_id, is_storable
from resolvers import ids
from resolvers.audience_sql import MAX_FOLLOWERS
from resolvers.caller import Caller, Proof
from transport.setting_types import CALLING_ROLES
from transport.settings import Settings
from workflow.enums import PLATFORMS, Platform, Role

Claims: TypeAlias = Mapping[str, Any]

MAX_SUB = 250
"Characters."
EXTERNAL_ID = "externalId:"

UNKNOWN_INFLUENCER = "is an influencer's, but names none that is known here"
_BY_ID = ids.encode("Influencer", "<number>")
_MALFORMED_SUB = f"is an influencer's, but its sub is neither {_BY_ID} nor {EXTERNAL_ID}<id>"


class InvalidTokenError(Exception):
    """A token that is not accepted. Its text says why and follows the words "The token"."""


async def read_caller(claims: Claims, settings: Settings) -> Caller:
    """Return who calls. Raise InvalidTokenError."""
    role = _role(claims, settings)
    subject = _text(claims, "sub", MAX_SUB)
    name = _text(claims, "name", 200) if claims.get("name") is not None else None
    match role:
        case Role.INFLUENCER:
            number = await _influencer(claims, settings.auth_influencer_claim)
            return Caller(role, subject, name, influencer_id=number)
        case Role.ADVERTISER:
            advertiser = clean_id(_text_at(claims, settings.auth_advertiser_claim, 200))
            return Caller(role, subject, name, advertiser_id=advertiser)
        case _:
            return Caller(role, subject, name)


def read_proof(claims: Claims) -> Proof:
    """Return what a proof says of an account. Raise InvalidTokenError."""
    platform = claims.get("platform")
    if platform not in PLATFORMS:
        raise InvalidTokenError(f"needs the claim platform, one of {', '.join(Platform)}")
    followers = claims.get("followers")
    if type(followers) is not int or not 0 <= followers <= MAX_FOLLOWERS:
        raise InvalidTokenError("needs the claim followers, a whole number from 0 up")
    return Proof(
        influencer=_text(claims, "influencer", MAX_SUB),
        platform=Platform(platform),
        external_id=_text(claims, "externalId", 200),
        handle=_text(claims, "handle", 200),
        followers=followers,
    )


def claims_of(
    settings: Settings, role: Role, subject: str, name: str | None, advertiser: str | None
) -> dict[str, Any]:
    """Return claims that these settings are satisfied with; those that are None stay out."""
    mapped = settings.auth_role_map or {}
    its_name = next((name for name, its_role in mapped.items() if its_role is role), role)
    influencer_claim = settings.auth_influencer_claim if role is Role.INFLUENCER else None
    return {
        "sub": subject,
        "name": name,
        "iss": settings.auth_issuer,
        "aud": settings.auth_audience,
        settings.auth_role_claim: its_name,
        settings.auth_advertiser_claim: advertiser,
        **({influencer_claim: subject} if influencer_claim else {}),
    }


def _role(claims: Claims, settings: Settings) -> Role:
    """Return the one role that a token has here, whatever others it has elsewhere."""
    # With a map our own names mean nothing: a group of the provider may be called STAFF by chance.
    roles = settings.auth_role_map or {role.value: role for role in CALLING_ROLES}
    given = _values_at(claims, settings.auth_role_claim)
    found = {roles[name] for name in given if isinstance(name, str) and name in roles}
    if not found:
        names = ", ".join(roles)
        raise InvalidTokenError(f"needs the claim {settings.auth_role_claim}, one of {names}")
    # To take the mightiest would make a member of staff of whoever is in one group too many.
    if len(found) > 1:
        names = " and ".join(sorted(found))
        raise InvalidTokenError(
            f"has several roles in the claim {settings.auth_role_claim}, {names}: one is needed"
        )
    return found.pop()


async def _influencer(claims: Claims, claim: str | None) -> int:
    """Return the number of the influencer whose global id or external id is in a claim.

    In `sub`, where no claim is set, an external id has `externalId:` before it; in a claim of its
    own it may have it.
    """
    named = _text_at(claims, claim or "sub", MAX_SUB)
    number = ids.decode(named, "Influencer")
    if number is not None:
        found = await rows_by(_INFLUENCER.format("id"), [number])
    elif claim or named.startswith(EXTERNAL_ID):
        external_id = clean_id(named.removeprefix(EXTERNAL_ID))
        found = await rows_by(_INFLUENCER.format("external_id"), [external_id])
    else:
        raise InvalidTokenError(_MALFORMED_SUB)
    if not found:
        raise InvalidTokenError(UNKNOWN_INFLUENCER)
    return found[0][0]


_INFLUENCER = "SELECT id, {0} FROM influencer WHERE {0} = ANY(:keys) AND erased_at IS NULL"


# Values


def _text(claims: Claims, name: str, max_length: int) -> str:
    return _checked(claims.get(name), name, max_length)


def _text_at(claims: Claims, path: str, max_length: int) -> str:
    """Return the text at a path, also if it is the only one of a list, as of an attribute."""
    values = _values_at(claims, path)
    return _checked(values[0] if len(values) == 1 else None, path, max_length)


def _checked(value: object, name: str, max_length: int) -> str:
    if not isinstance(value, str) or not _is_accepted(value, max_length):
        raise InvalidTokenError(f"needs the claim {name}, one text of 1 to {max_length} characters")
    return value


def _values_at(claims: Claims, path: str) -> Sequence[object]:
    value = _value(claims, path)
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _value(claims: object, path: str) -> object:
    """Return the value at a path, or None.

    At each place the longest name comes first, because names may have dots: those that are URLs.
    """
    if not isinstance(claims, Mapping):
        return None
    members = cast("Claims", claims)
    if path in members:
        return members[path]
    head = path
    while "." in head:
        head = head.rpartition(".")[0]
        value = _value(members.get(head), path[len(head) + 1 :])
        if value is not None:
            return value
    return None


def _is_accepted(text: str, max_length: int) -> bool:
    return bool(clean(text)) and len(text) <= max_length and is_storable(text)
