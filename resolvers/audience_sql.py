"""The audience rules as one SQL expression, for any campaign and any influencer.

It says what `workflow/audience.py` says. The Select influencer tab, which is about one campaign,
says it shorter, for its indexes (`resolvers/queries/tab_rule.py`).
"""

from workflow.categories import MASK_BITS
from workflow.enums import CampaignStatus, Platform

MAX_FOLLOWERS = 2**31 - 1
"""Nobody has more followers: the column holds no more."""
_RUNNING = ", ".join(f"'{status}'" for status in CampaignStatus if status.is_running)


def is_running(c: str) -> str:
    """Return the condition that the campaign is open to influencers who meet its rules."""
    return f"{c}.status IN ({_RUNNING})"


def meets_rules(c: str, i: str) -> str:
    """Return SQL for 1 if the influencer (of this alias) meets every rule of the campaign, else 0.

    Cheap columns come first.
    """
    low, high = f"coalesce({c}.followers_min, 0)", f"coalesce({c}.followers_max, {MAX_FOLLOWERS})"
    return f"""CASE
    WHEN {c}.countries <> '' AND {c}.countries NOT LIKE '%' || coalesce({i}.country, '-') || '%'
        THEN 0
    WHEN ({c}.category_mask <> 0 OR {c}.category_overflow <> '')
        AND ({c}.category_mask & {i}.category_mask) = 0 AND NOT {_shares_late_category(c, i)} THEN 0
    WHEN {c}.followers_min IS NULL AND {c}.followers_max IS NULL THEN 1
    WHEN ({c}.platforms & {i}.platforms) = 0 THEN 1
    WHEN {has_account(i, f"{c}.platforms", f"BETWEEN {low} AND {high}")} THEN 1
    ELSE 0 END"""


def has_account(i: str, platforms: str, within: str, *, bounded: bool = True) -> str:
    """Return the condition that a connected account on one of the platforms is in a range.

    The largest account of each platform decides, but for a range with an upper bound (`bounded`)
    where an influencer has two accounts on one platform: then all accounts are read.
    """
    ways = [
        f"({platforms} & {platform.bit}) <> 0 AND {i}.f{platform.number} {within}"
        for platform in Platform
    ]
    if bounded:
        ways.append(
            f"({i}.multi AND coalesce((SELECT 1 FROM social_account a"
            f" WHERE a.influencer_id = {i}.id AND a.disconnected_at IS NULL"
            f" AND ({platforms} & (1 << (a.platform - 1))) <> 0 AND a.followers {within}"
            " LIMIT 1), 0) = 1)"
        )
    return f"({' OR '.join(ways)})"


def _shares_late_category(c: str, i: str) -> str:
    return f"""({c}.category_overflow <> '' AND {i}.category_overflow <> ''
        AND coalesce((SELECT 1 FROM category k WHERE k.id > {MASK_BITS}
            AND {c}.category_overflow LIKE '%,' || k.id::text || ',%'
            AND {i}.category_overflow LIKE '%,' || k.id::text || ',%' LIMIT 1), 0) = 1)"""
