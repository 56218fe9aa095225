"""The audience rules as one SQL expression, for any campaign and any influencer.

It says what `models/audience.py` says. The Select influencer tab, which is about one campaign,
says it shorter, for its indexes (`resolvers/select_tab.py`).
"""

from models.categories import MASK_BITS
from models.enums import Platform

_LARGEST = 2**31 - 1


def meets_rules(c: str, i: str) -> str:
    """1 where the influencer (a row of this alias) meets every rule of the campaign, else 0.

    Cheap columns come first; accounts are looked at only where someone has two on one platform,
    whose largest followers are then not enough for a range.
    """
    low, high = f"coalesce({c}.followers_min, 0)", f"coalesce({c}.followers_max, {_LARGEST})"
    largest = " OR ".join(
        f"({c}.platforms & {platform.bit}) <> 0 AND {i}.f{platform.number} BETWEEN {low} AND {high}"
        for platform in Platform
    )
    return f"""CASE
    WHEN {c}.countries <> '' AND {c}.countries NOT LIKE '%' || coalesce({i}.country, '-') || '%'
        THEN 0
    WHEN ({c}.category_mask <> 0 OR {c}.category_overflow <> '')
        AND ({c}.category_mask & {i}.category_mask) = 0 AND NOT {_shares_late_category(c, i)} THEN 0
    WHEN {c}.followers_min IS NULL AND {c}.followers_max IS NULL THEN 1
    WHEN ({c}.platforms & {i}.platforms) = 0 THEN 1
    WHEN {largest} THEN 1
    WHEN {i}.multi AND coalesce((SELECT 1 FROM social_account a
        WHERE a.influencer_id = {i}.id AND a.disconnected_at IS NULL
        AND ({c}.platforms & (1 << (a.platform - 1))) <> 0
        AND a.followers BETWEEN {low} AND {high} LIMIT 1), 0) = 1 THEN 1
    ELSE 0 END"""


def _shares_late_category(c: str, i: str) -> str:
    return f"""({c}.category_overflow <> '' AND {i}.category_overflow <> ''
        AND coalesce((SELECT 1 FROM category k WHERE k.id > {MASK_BITS}
            AND {c}.category_overflow LIKE '%,' || k.id::text || ',%'
            AND {i}.category_overflow LIKE '%,' || k.id::text || ',%' LIMIT 1), 0) = 1)"""
