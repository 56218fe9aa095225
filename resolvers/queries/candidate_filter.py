"""The part of the Select influencer tab's filter that is about one campaign.

Its conditions are on influencers (alias `i`), whatever their status, beside the rule's parameters.
They are right and no more: whoever asks for few rows by them may wait for many to be read.
"""

from collections.abc import Mapping
from typing import Any

from resolvers.queries.search import Conditions, has_account
from resolvers.queries.tab_rule import TAKES_PART, Target, shares_category
from workflow.enums import Availability, UnavailableReason

_OWN = ("override", "unavailableReason", "qualifyingAccountsMin", "qualifyingAccountsMax")


def has_own_conditions(asked: Mapping[str, Any]) -> bool:
    """Return whether the filter has conditions that only this tab has, but for its status."""
    return any(asked.get(name) not in (None, []) for name in _OWN)


def candidate_conditions(asked: Mapping[str, Any], target: Target) -> Conditions:
    """Return the conditions that only this tab has, but for that on its status."""
    found = Conditions()
    if asked.get("override"):
        found.add(_OVERRIDDEN, overrides=[Availability(each).value for each in asked["override"]])
    if asked.get("unavailableReason"):
        reasons = {UnavailableReason(each) for each in asked["unavailableReason"]}
        found.add(
            f"CASE WHEN {TAKES_PART} THEN 0 {_is_unavailable(target, reasons)} ELSE 0 END = 1"
        )
    low, high = asked.get("qualifyingAccountsMin"), asked.get("qualifyingAccountsMax")
    if low is not None:
        found.add(f"{_QUALIFYING} >= :qualifying_min", qualifying_min=low)
    if high is not None:
        found.add(f"{_QUALIFYING} <= :qualifying_max", qualifying_max=high)
    return found


_OVERRIDDEN = (
    "i.id IN (SELECT q.influencer_id FROM availability_override q"
    " WHERE q.campaign_id = :campaign AND q.availability = ANY(:overrides))"
)
_OVERRIDE = (
    "coalesce((SELECT q.availability FROM availability_override q"
    " WHERE q.campaign_id = :campaign AND q.influencer_id = i.id LIMIT 1), '')"
)
_QUALIFYING = f"""(SELECT count(*) FROM social_account a
    WHERE a.influencer_id = i.id AND a.disconnected_at IS NULL
    AND (:rule_platforms::int & (1 << (a.platform - 1))) <> 0
    AND (a.followers BETWEEN :rule_low AND :rule_high OR {_OVERRIDE} = 'AVAILABLE'))"""


def _is_unavailable(target: Target, reasons: set[UnavailableReason]) -> str:
    """Return the branches of a CASE that are 1 for one of these reasons (`workflow.audience`)."""
    if UnavailableReason.CAMPAIGN_NOT_OPEN in reasons and not target.is_running:
        return "WHEN 1 = 1 THEN 1"
    hides = int(UnavailableReason.HIDDEN_BY_STAFF in reasons)
    unmet = [test for reason, test in _unmet_rules(target).items() if reason in reasons]
    return (
        f"WHEN {_OVERRIDE} = 'UNAVAILABLE' THEN {hides} WHEN {_OVERRIDE} = 'AVAILABLE' THEN 0"
        f" WHEN {' OR '.join(unmet) or '1 = 0'} THEN 1"
    )


def _unmet_rules(target: Target) -> dict[UnavailableReason, str]:
    """Return the condition that each rule is not met, without those that the campaign lacks."""
    found: dict[UnavailableReason, str] = {}
    if target.countries:
        found[UnavailableReason.COUNTRY] = "NOT coalesce(i.country = ANY(:rule_countries), false)"
    if target.category_mask or target.category_overflow:
        found[UnavailableReason.CATEGORY] = f"NOT ({shares_category(target)})"
    if target.followers_min is not None or target.followers_max is not None:
        account = has_account("i", "rule", bounded=target.followers_max is not None)
        found[UnavailableReason.FOLLOWERS] = (
            f"(i.platforms & :rule_platforms::int) <> 0 AND NOT coalesce({account}, false)"
        )
    return found
