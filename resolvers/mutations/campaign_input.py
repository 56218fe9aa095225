"""A campaign's fields as they are given, checked, and turned into columns."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, cast

from models import categories
from models.text import clean_id, fold
from resolvers.audience_input import RULES, Readers, check_range, count, read_columns
from resolvers.pipeline.validation import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_NOTE,
    MAX_URL,
    Form,
)
from workflow.categories import mask_and_overflow
from workflow.enums import (
    AffiliateKind,
    CampaignStatus,
    CampaignType,
    ErrorCode,
    Platform,
    mask_of,
)

MAX_TAGS = 30
MAX_TAG = 100
_WEB = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE)


class CampaignFields(TypedDict, total=False):
    """Fields of a campaign: one that is left out stays as it is, None clears it."""

    title: str | None
    brand: str | None
    advertiser_id: str | None
    description: str | None
    cover_image_url: str | None
    reward: str | None
    hashtags: Sequence[str] | None
    mentions: Sequence[str] | None
    type: CampaignType | None
    selection: bool | None
    affiliate_kind: AffiliateKind | None
    post_tracking: bool | None
    platforms: Collection[Platform] | None
    countries: Sequence[str] | None
    categories: Sequence[str] | None
    followers_min: int | None
    followers_max: int | None
    capacity: int | None
    application_deadline: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    status: CampaignStatus | None


NOT_NULL = frozenset(
    {
        "title", "brand", "description", "hashtags", "mentions", "type", "selection",
        "post_tracking", "platforms", "countries", "categories", "status",
    }
)  # fmt: skip
"""Fields that cannot be None."""


def read(form: Form, fields: CampaignFields) -> dict[str, Any]:
    """Return the columns of the fields; refuse invalid values, and leave their columns out."""
    row = read_columns(form, _READERS, cast("Mapping[str, Any]", fields), NOT_NULL)
    if "title" in row:
        row["title_key"] = fold(row["title"])
    return row


def check_together(form: Form, row: Mapping[str, Any]) -> None:
    """Refuse a campaign whose columns contradict each other; those left out do not."""
    check_range(form, row)
    if _ends_before_it_starts(row.get("starts_at"), row.get("ends_at")):
        form.refuse(ErrorCode.INVALID_INPUT, "It must not be before startsAt.", "endsAt")
    if "type" in row:
        _check_type(form, row)


def _check_type(form: Form, row: Mapping[str, Any]) -> None:
    is_affiliate, has_kind = row["type"] == CampaignType.AFFILIATE, bool(row.get("affiliate_kind"))
    if is_affiliate and not has_kind:
        message = f"An affiliate campaign is one of: {', '.join(AffiliateKind)}."
        form.refuse(ErrorCode.INVALID_INPUT, message, "affiliateKind")
    if has_kind and not is_affiliate:
        message = "Only affiliate campaigns have a kind."
        form.refuse(ErrorCode.INVALID_INPUT, message, "affiliateKind")
    if not is_affiliate and not row.get("post_tracking", True):
        message = "Only affiliate campaigns may leave posts untracked."
        form.refuse(ErrorCode.INVALID_INPUT, message, "postTracking")


async def with_search_and_categories(row: dict[str, Any], title: str, brand: str) -> dict[str, Any]:
    """Return the row with its derived columns."""
    row["search_key"] = f"{fold(title)}\n{fold(brand)}"
    if "categories" in row:
        numbers = await categories.register(row["categories"])
        mask, overflow = mask_and_overflow(numbers.values())
        row |= {"category_mask": mask, "category_overflow": overflow}
    return row


def web_url(form: Form, value: str | None, *path: str | int) -> str | None:
    """Return the URL of a picture on the web; refuse any other."""
    url = form.optional(value, MAX_URL, *path)
    if url is not None and not _WEB.fullmatch(url):
        message = "Give the URL of a picture, such as https://example.com/a.png."
        form.refuse(ErrorCode.INVALID_INPUT, message, *path)
    return url


def _ends_before_it_starts(start: datetime | None, end: datetime | None) -> bool:
    return start is not None and end is not None and end < start


def _name(form: Form, value: str, path: str) -> str:
    return form.text(value, MAX_NAME, path)


def _advertiser(form: Form, value: str | None, path: str) -> str | None:
    return form.optional(clean_id(value or ""), MAX_NAME, path)


def _description(form: Form, value: str, path: str) -> str:
    return form.optional(value, MAX_DESCRIPTION, path) or ""


def _reward(form: Form, value: str | None, path: str) -> str | None:
    return form.optional(value, MAX_NOTE, path)


def _tags(form: Form, value: Sequence[str], path: str) -> list[str]:
    return form.texts(value, MAX_TAGS, MAX_TAG, path)


def _platforms(form: Form, value: Collection[Any], path: str) -> int:
    if not value:
        form.refuse(ErrorCode.INVALID_INPUT, "Give at least one platform.", path)
    return mask_of(value)


def _as_it_is(_form: Form, value: Any, _path: str) -> Any:
    return value


_READERS: Readers = {
    "title": _name,
    "brand": _name,
    "advertiser_id": _advertiser,
    "description": _description,
    "cover_image_url": web_url,
    "reward": _reward,
    "hashtags": _tags,
    "mentions": _tags,
    "type": _as_it_is,
    "selection": _as_it_is,
    "affiliate_kind": _as_it_is,
    "post_tracking": _as_it_is,
    "platforms": _platforms,
    **RULES,
    "capacity": count,
    "application_deadline": Form.moment,
    "starts_at": Form.moment,
    "ends_at": Form.moment,
    "status": _as_it_is,
}
FIELDS = tuple(_READERS)
