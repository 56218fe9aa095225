"""`addReferralCodes`: add codes to the pool of a referral campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from database.bulk import insert, update
from database.session import locked_rows, rows
from models.campaign import Campaign
from models.referral_code import ReferralCode
from models.text import clean, is_storable, is_visible
from resolvers.context import Context
from resolvers.ids import decode
from resolvers.pipeline.bulk import check_count, unknown_campaign
from resolvers.pipeline.transaction import MutationOutcome
from resolvers.pipeline.validation import Form, Refusal, path_of
from workflow.enums import AffiliateKind, CampaignStatus, ErrorCode

MAX_CODES = 10_000
"""Codes that one call takes."""
MAX_CODE = 100
"""Characters of a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReferralCodesOutcome(MutationOutcome):
    """The numbers of codes that were added, and that were there already."""

    campaign: int | None = None
    added: int = 0
    unchanged: int = 0


class _Pool(NamedTuple):
    """A campaign, locked, as a pool of codes."""

    status: str
    kind: str | None
    total: int


async def add_referral_codes(
    _context: Context, *, campaign_id: str, codes: Sequence[str]
) -> AddReferralCodesOutcome:
    """Add codes to a campaign's pool, in the order given; all of them, or none."""
    form = Form()
    texts = _checked(form, codes)
    key = decode(campaign_id, "Campaign")
    if form.refusals:
        return AddReferralCodesOutcome(campaign=key, user_errors=form.refusals)
    pool = None if key is None else await _lock(key)
    if key is None or pool is None:
        return AddReferralCodesOutcome(user_errors=unknown_campaign())
    known = {row[0] for row in await rows(_KNOWN, campaign=key, codes=texts)}
    new = [code for code in texts if code not in known]
    if new and (refusal := _refusal(pool)):
        return AddReferralCodesOutcome(campaign=key, user_errors=[refusal])
    await _store(key, pool, new)
    return AddReferralCodesOutcome(campaign=key, added=len(new), unchanged=len(known))


def problem_of(code: str) -> str | None:
    """Return why a text, which is trimmed, can be no code; None if it can be one."""
    if not code:
        return "It must not be empty."
    if len(code) > MAX_CODE:
        return f"It has {len(code):,} characters: at most {MAX_CODE} are taken."
    if not (is_visible(code) and is_storable(code)):
        return "It has a space or another character that nobody sees: a code has none."
    return None


def _checked(form: Form, codes: Sequence[str]) -> list[str]:
    """Return the codes, trimmed; refuse none, too many, invalid ones, and repeated ones."""
    if not check_count(form, codes, "code", "codes", MAX_CODES):
        return []
    texts = [clean(code) for code in codes]
    seen = set[str]()
    for index, code in enumerate(texts):
        problem = problem_of(code)
        if problem is None and code in seen:
            problem = "It is in the list already: give each code once."
        if problem is not None:
            form.refuse(ErrorCode.INVALID_INPUT, problem, "codes", index)
        seen.add(code)
    return texts


async def _lock(campaign: int) -> _Pool | None:
    """Lock and load the campaign; None if it does not exist."""
    found = await locked_rows(_POOL, "FOR UPDATE", id=campaign)
    return _Pool(*found[0]) if found else None


def _refusal(pool: _Pool) -> Refusal | None:
    """Return why no code can be added to the pool, if so."""
    at = path_of("campaignId")
    if CampaignStatus(pool.status).is_over:
        message = f"The campaign is {pool.status}: nothing in it changes any more."
        return Refusal(ErrorCode.CAMPAIGN_CLOSED, message, at)
    if pool.kind != AffiliateKind.REFERRAL_CODE:
        message = f"Only campaigns of the kind {AffiliateKind.REFERRAL_CODE} give codes."
        return Refusal(ErrorCode.TRANSITION_NOT_ALLOWED, message, at)
    return None


async def _store(campaign: int, pool: _Pool, codes: Sequence[str]) -> None:
    if not codes:
        return
    await insert(
        ReferralCode,
        [
            {"campaign_id": campaign, "number": number, "code": code}
            for number, code in enumerate(codes, start=pool.total + 1)
        ],
    )
    await update(Campaign, [{"id": campaign, "codes_total": pool.total + len(codes)}])


_POOL = "SELECT status, affiliate_kind, codes_total FROM campaign WHERE id = :id"
_KNOWN = "SELECT code FROM referral_code WHERE campaign_id = :campaign AND code = ANY(:codes)"
