"""The Select influencer tab: every influencer, with how they stand to one campaign.

One statement: a UNION ALL of ordered *streams* of at most one page and a row each, ordered and
cut again. Each status is made of streams that an index can walk: stored statuses come from
participations; AVAILABLE and UNAVAILABLE from influencers, with the whole rule in one CASE, which
fixes the order of evaluation (cheap columns first) and keeps the planner's estimates out of it;
what staff have overridden comes from the overrides. Which streams there are is settled here, not
by the planner.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from models.categories import MASK_BITS, numbers_in
from models.enums import CandidateStatus, ParticipationStatus
from models.workflow import candidate_status
from projection import Order, Run
from projection.listing import Page, ordering, seek
from resolvers.participation_lists import order_name
from resolvers.posts_tab import NEVER
from resolvers.search import Conditions, has_account, influencer_conditions

_STORED: dict[CandidateStatus, list[str]] = {}
for _status in ParticipationStatus:
    if _status is not ParticipationStatus.REMOVED:
        _STORED.setdefault(candidate_status(_status, visible=True), []).append(_status.value)

_KEYS: dict[str, tuple[str, type[Any], bool]] = {
    "FOLLOWERS_DESC": ("i.followers", int, True),
    "FOLLOWERS_ASC": ("i.followers", int, False),
    "NAME_ASC": ("i.name_key", str, False),
    "NAME_DESC": ("i.name_key", str, True),
    "CHANGED_DESC": ("p.updated_at", datetime, True),
}
COUNTRY_STREAMS = 40
"""A rule with more countries is walked in one stream: so many are no longer few rows of all."""
_NO_CHANGE = ":never::timestamptz"


class Target(NamedTuple):
    """The campaign whose tab it is: its id, and what its rule is made of."""

    id: int
    is_running: bool
    platforms: int
    countries: tuple[str, ...]
    category_mask: int
    category_overflow: str
    followers_min: int | None
    followers_max: int | None


class Stream(NamedTuple):
    """Rows of one status: where they come from (aliases `i`, perhaps `p`), and which."""

    source: str
    where: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class CandidateListing:
    """A campaign's tab under one filter and order (a `projection.Listing`)."""

    streams: tuple[Stream, ...]
    orders: tuple[Order, ...]
    descending: bool
    values: Mapping[str, Any]

    def rows(self, columns: str, joins: str, page: Page, keys: Sequence[int] | None) -> str:
        """The statement of one page."""
        del keys
        order = ordering(self.orders, self.descending is page.forward)
        beyond = seek(self.orders, page, self.descending)
        cut = f" ORDER BY {order} LIMIT :page_limit"
        # Each stream is cut where its index ends the walk, then all of them together.
        streams = " UNION ALL ".join(
            f"SELECT * FROM ({_select(stream, beyond)}{_in_stream(cut, stream)}) s"
            for stream in self.streams
        )
        return (
            f"SELECT {columns}, 0 FROM (SELECT * FROM ({streams or _NO_ROWS}) t{cut}) t{joins}"
            f" ORDER BY {order}"
        )

    def total(self, keys: Sequence[int] | None) -> str:
        """The statement that counts all rows."""
        del keys
        return f"SELECT {counted(self.streams)}"


_NO_ROWS = (
    "SELECT 0::bigint AS campaign_id, i.id AS influencer_id, i.followers AS sort"
    " FROM influencer i WHERE 1 = 0"
)


async def candidates(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> CandidateListing:
    """The tab of one campaign."""
    target = await target_of(run, keys[0])
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    name = order_name(arguments, "FOLLOWERS_DESC")
    key, kind, descending = _KEYS[name]
    conditions = await tab_conditions(asked, target)
    statuses = asked.get("status") or CandidateStatus
    streams = [
        stream
        for status in dict.fromkeys(statuses)
        for stream in streams_of(CandidateStatus(status), target, key)
    ]
    return CandidateListing(
        streams=tuple(narrowed(stream, conditions) for stream in streams),
        orders=(Order("t.sort", kind), Order("t.influencer_id")),
        descending=descending,
        values=conditions.values,
    )


async def target_of(run: Run, campaign: int) -> Target:
    """The campaign whose tab it is."""
    rows = await run.fetch(
        "SELECT id, status IN ('UPCOMING', 'ONGOING'), platforms, countries, category_mask,"
        " category_overflow, followers_min, followers_max FROM campaign WHERE id = :campaign",
        {"campaign": campaign},
    )
    found = Target(*rows[0])
    return found._replace(
        is_running=bool(found.is_running), countries=tuple(str(found.countries).split())
    )


async def tab_conditions(asked: Mapping[str, Any], target: Target) -> Conditions:
    """What the filter says about influencers, and the parameters of every stream."""
    conditions = await influencer_conditions(asked, "i")
    conditions.add("i.erased_at IS NULL", campaign=target.id, never=NEVER)
    return conditions


def narrowed(stream: Stream, conditions: Conditions) -> Stream:
    """The stream's rows that meet the conditions."""
    return stream._replace(where=(*stream.where, *conditions.where))


# The streams of each status


def streams_of(status: CandidateStatus, target: Target, key: str) -> Iterator[Stream]:
    """The streams whose rows are all that have this status."""
    if status in _STORED:
        for stored in _STORED[status]:
            yield _stored(stored, key)
    elif status is CandidateStatus.AVAILABLE:
        if target.is_running:
            yield from _by_rule(target, key, fits=True)
            yield from _overridden("AVAILABLE", key)
    elif target.is_running:
        yield from _by_rule(target, key, fits=False)
        yield from _overridden("UNAVAILABLE", key)
    else:
        yield from _open(key, f"CASE WHEN {_TAKES_PART} THEN 0 ELSE 1 END <> 0")


def _stored(status: str, key: str) -> Stream:
    # By followers the participation's own copy is walked, in its own index.
    return Stream(
        "participation p JOIN influencer i ON i.id = p.influencer_id",
        ("p.campaign_id = :campaign", f"p.status = '{status}'"),
        key.replace("i.followers", "p.followers"),
    )


def _by_rule(target: Target, key: str, *, fits: bool) -> Iterator[Stream]:
    by_country = fits and 0 < len(target.countries) <= COUNTRY_STREAMS
    rule = _rule(target, with_country=not by_country)
    if rule == _NO_RULE and not fits:
        return
    answer = f"CASE WHEN ({rule}) {'= 0' if fits else '<> 0'} THEN 0 {_IS_OPEN} ELSE 1 END <> 0"
    if by_country:
        for country in target.countries:
            yield from _open(key, f"i.country = '{country}'", answer)
    else:
        yield from _open(key, answer)


def _open(key: str, *where: str) -> Iterator[Stream]:
    """Influencers who do not take part; by latest change, those who once did come first."""
    if key != "p.updated_at":
        yield Stream("influencer i", where, key)
        return
    removed = "p.campaign_id = :campaign", "p.status = 'REMOVED'"
    yield Stream(
        "participation p JOIN influencer i ON i.id = p.influencer_id", (*removed, *where), key
    )
    yield Stream(
        "influencer i", (*where, f"CASE WHEN {_HAS_ROW} THEN 0 ELSE 1 END <> 0"), _NO_CHANGE
    )


def _overridden(availability: str, key: str) -> Iterator[Stream]:
    for stream in _open(key, f"CASE WHEN {_TAKES_PART} THEN 0 ELSE 1 END <> 0"):
        yield Stream(
            f"{stream.source} JOIN availability_override o ON o.influencer_id = i.id",
            (
                "o.campaign_id = :campaign",
                f"o.availability = '{availability}'",
                *stream.where,
            ),
            stream.key,
        )


_NO_RULE = "1"
_HAS_ROW = (
    "coalesce((SELECT 1 FROM participation q WHERE q.campaign_id = :campaign"
    " AND q.influencer_id = i.id LIMIT 1), 0) = 1"
)
_TAKES_PART = (
    "coalesce((SELECT 1 FROM participation q WHERE q.campaign_id = :campaign"
    " AND q.influencer_id = i.id AND q.status <> 'REMOVED' LIMIT 1), 0) = 1"
)
_IS_OPEN = (
    f"WHEN {_TAKES_PART} THEN 0"
    " WHEN coalesce((SELECT 1 FROM availability_override q WHERE q.campaign_id = :campaign"
    " AND q.influencer_id = i.id LIMIT 1), 0) = 1 THEN 0"
)


def _rule(target: Target, *, with_country: bool) -> str:
    """1 where the influencer meets every audience rule, else 0."""
    tests: list[str] = []
    if target.countries and with_country:
        listed = ", ".join(f"'{country}'" for country in target.countries)
        tests.append(f"WHEN coalesce(i.country, '') NOT IN ({listed}) THEN 0")
    if target.category_mask or target.category_overflow:
        tests.append(f"WHEN NOT ({_shares_category(target)}) THEN 0")
    if target.followers_min is not None or target.followers_max is not None:
        account = has_account("i", target.platforms, target.followers_min, target.followers_max)
        tests.append(f"WHEN (i.platforms & {target.platforms}) = 0 THEN 1")
        tests.append(f"WHEN {account} THEN 1 ELSE 0")
        return f"CASE {' '.join(tests)} END"
    return f"CASE {' '.join(tests)} ELSE 1 END" if tests else _NO_RULE


def _shares_category(target: Target) -> str:
    ways = [f"(i.category_mask & {target.category_mask}) <> 0"] if target.category_mask else []
    late = sorted(n for n in numbers_in(0, target.category_overflow) if n > MASK_BITS)
    ways += [f"i.category_overflow LIKE '%,{number},%'" for number in late]
    return " OR ".join(ways)


# Statements


def _select(stream: Stream, beyond: list[str]) -> str:
    where = [*stream.where, *(_in_stream(condition, stream) for condition in beyond)]
    return (
        f"SELECT :campaign::bigint AS campaign_id, {_influencer(stream)} AS influencer_id,"
        f" {stream.key} AS sort FROM {stream.source} WHERE {' AND '.join(where)}"
    )


def _in_stream(sql: str, stream: Stream) -> str:
    """SQL over the listing's columns, said in those of the stream, where its index is."""
    return sql.replace("t.sort", stream.key).replace("t.influencer_id", _influencer(stream))


def _influencer(stream: Stream) -> str:
    return "p.influencer_id" if stream.source.startswith("participation p") else "i.id"


def counted(streams: Sequence[Stream]) -> str:
    """SQL of how many rows the streams have."""
    counts = [
        f"(SELECT count(*) FROM {stream.source} WHERE {' AND '.join(stream.where)})"
        for stream in streams
    ]
    return f"({' + '.join(counts) or '0'})"
