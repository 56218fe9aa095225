"""The Select influencer tab: every influencer, with how they stand to one campaign.

One statement: a UNION ALL of ordered *streams* of at most one page and a row each, ordered and
cut again. Each status is made of streams that an index can walk: stored statuses come from
participations; AVAILABLE and UNAVAILABLE from influencers, with the whole rule in one CASE, which
fixes the order of evaluation (cheap columns first) and keeps the planner's estimates out of it;
what staff have overridden comes from the overrides. Which streams there are is settled here, not
by the planner.

A stream's rows have their `status`, so that it is not computed again. All that a campaign's
rule says is a parameter: campaigns whose rules have the same form share a statement, planned once,
for any values. PostgreSQL merges the streams row by row (Merge Append), so that all of them
together are walked little further than one page.

Under a text search (`resolvers/queries/text_search.py`) the streams either start from the rows that
an index has found, or are walked as ever, with a look at each row's text.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from projection import ListRun, Order, Run
from projection.listing import Page, ordering, seek
from resolvers.availability.readers import kept_total
from resolvers.ids import decode
from resolvers.queries.applicant_tab import order_name
from resolvers.queries.candidate_filter import candidate_conditions
from resolvers.queries.posts_tab import NEVER
from resolvers.queries.search import Conditions, influencer_conditions
from resolvers.queries.tab_rule import (
    HAS_ROW,
    NO_RULE,
    TAKES_PART,
    Target,
    rule_sql,
    rule_values,
    target_of,
    walked_countries,
)
from resolvers.queries.text_search import TextSearch, text_search
from workflow.enums import CandidateStatus, ParticipationStatus, Platform, mask_of
from workflow.screens import CANDIDATE_STATUS

_STORED: dict[CandidateStatus, list[str]] = {}
for _status in ParticipationStatus:
    if _status is not ParticipationStatus.REMOVED:
        _STORED.setdefault(CANDIDATE_STATUS[_status, True], []).append(_status.value)

CHANGED = "p.updated_at"
_KEYS: dict[str, tuple[str, type[Any], bool]] = {
    "FOLLOWERS_DESC": ("i.followers", int, True),
    "FOLLOWERS_ASC": ("i.followers", int, False),
    "NAME_ASC": ("i.name_key", str, False),
    "NAME_DESC": ("i.name_key", str, True),
    "CHANGED_DESC": (CHANGED, datetime, True),
}
_DERIVED = {CandidateStatus.AVAILABLE, CandidateStatus.UNAVAILABLE}
_NO_CHANGE = ":never::timestamptz"


class Stream(NamedTuple):
    """Rows of one status: where they come from (aliases `i`, perhaps `p`), and which."""

    source: str
    where: tuple[str, ...]
    key: str
    status: CandidateStatus


@dataclass(slots=True)
class CandidateListing:
    """A campaign's tab under one filter and order (a `projection.Listing`)."""

    streams: tuple[Stream, ...]
    orders: tuple[Order, ...]
    descending: bool
    values: Mapping[str, Any]
    is_filtered: bool
    "By more than statuses."
    text: TextSearch | None = None
    from_text: bool = False
    "Whether a page starts from the influencers that the text finds; a count always does."
    all_streams: tuple[Stream, ...] = ()
    "The streams that are counted, where those of a page take longer."
    note: str = ""
    "A comment in the statement of a page, for whoever asks what it cost."

    def rows(self, columns: str, joins: str, page: Page, keys: Sequence[int] | None) -> str:
        """Return the statement of one page."""
        del keys
        order = ordering(self.orders, self.descending is page.forward)
        beyond = seek(self.orders, page, self.descending)
        cut = f" ORDER BY {order} LIMIT {page.limit + 1}"
        streams = cut_streams(self._streams(self.from_text), tuple(beyond), cut) or _NO_ROWS
        return (
            f"{self._found(self.from_text)}"
            f"SELECT {columns}, 0 FROM (SELECT * FROM ({streams}) t{cut}) t{joins} ORDER BY {order}"
            f"{self.note}"
        )

    def total(self, keys: Sequence[int] | None) -> str:
        """Return the statement that counts all rows."""
        del keys
        if self.is_filtered:
            streams = self.all_streams or self._streams(True)
            return f"{self._found(True)}SELECT {counted(streams)}"
        by_status = {stream.status: list[Stream]() for stream in self.streams}
        for stream in self.streams:
            by_status[stream.status].append(stream)
        totals = [kept_total(status, counted(some)) for status, some in by_status.items()]
        return f"SELECT {' + '.join(totals) or '0'}"

    def _found(self, from_text: bool) -> str:
        if self.text is None or not from_text:
            return ""
        return f"WITH found AS MATERIALIZED ({self.text.found}) "

    def _streams(self, from_text: bool) -> tuple[Stream, ...]:
        if self.text is None:
            return self.streams
        if from_text:
            return tuple([_from_found(stream) for stream in self.streams])
        return tuple([_looking_at(self.text, stream) for stream in self.streams])


_NO_ROWS = (
    "SELECT 0::bigint AS campaign_id, i.id AS influencer_id, i.followers AS sort,"
    " '' AS status FROM influencer i WHERE 1 = 0"
)


async def candidates(
    run: ListRun, arguments: Mapping[str, Any], keys: Sequence[int]
) -> CandidateListing:
    """Return the tab of one campaign."""
    target = await target_of(run, keys[0])
    asked: Mapping[str, Any] = arguments.get("filter") or {}
    key, kind, descending = order_key(arguments)
    text = await text_search(asked.get("search"))
    conditions = await tab_conditions({**asked, "search": None}, target)
    statuses = _statuses(asked)
    return CandidateListing(
        streams=_streams(tuple(statuses), _form(target), key, tuple(conditions.where)),
        orders=(Order("t.sort", kind), Order("t.influencer_id")),
        descending=descending,
        values={**conditions.values, **text.values} if text else conditions.values,
        is_filtered=text is not None or tuple(conditions.where) != NOT_ERASED,
        text=text,
        from_text=text is not None and await _is_rare(run, text, target, statuses),
    )


def order_key(arguments: Mapping[str, Any]) -> tuple[str, type[Any], bool]:
    """Return what the list is ordered by, of which type it is, and whether it descends."""
    return _KEYS[order_name(arguments, "FOLLOWERS_DESC")]


def _statuses(asked: Mapping[str, Any]) -> dict[CandidateStatus, None]:
    """Return the statuses that rows of the filter may have; only one of them has reasons."""
    every = [CandidateStatus.UNAVAILABLE] if asked.get("unavailableReason") else CandidateStatus
    wanted = [CandidateStatus(status) for status in asked.get("status") or every]
    return {status: None for status in wanted if status in every}


async def candidate(
    run: Run, arguments: Mapping[str, Any], keys: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return the key of one influencer's row on each campaign's tab; none of whom is not there."""
    influencer = decode(arguments["influencerId"], "Influencer")
    there = await run.fetch_by(_ON_TABS, [influencer])
    return {campaign: (campaign, row[0]) for campaign in keys for row in there}


_ON_TABS = "SELECT id FROM influencer WHERE erased_at IS NULL AND id = ANY(:keys)"


async def _is_rare(
    run: ListRun, text: TextSearch, target: Target, statuses: Collection[CandidateStatus]
) -> bool:
    """Return whether the text is so rare among these statuses that an index is faster."""
    derived = _DERIVED.intersection(statuses)
    if not derived or not target.is_running:
        # Participations are few rows to walk; influencers are many.
        everybody = CandidateStatus.UNAVAILABLE in derived
        return text.is_rare() if everybody else text.has_few
    kept = await run.fetch(
        "SELECT k.available FROM availability_count k WHERE k.campaign_id = :campaign",
        {"campaign": target.id},
    )
    if len(derived) > 1 or not kept or kept[0][0] is None:
        return text.is_rare()
    available = min(1.0, kept[0][0] / max(text.people, 1))
    return text.is_rare(available if CandidateStatus.AVAILABLE in derived else 1 - available)


NOT_ERASED = ("i.erased_at IS NULL",)


async def tab_conditions(asked: Mapping[str, Any], target: Target) -> Conditions:
    """Return the filter's conditions on influencers, and the parameters of every stream."""
    conditions = await influencer_conditions(asked, "i")
    own = candidate_conditions(asked, target)
    conditions.where += own.where
    conditions.values |= own.values
    conditions.add(*NOT_ERASED, campaign=target.id, never=NEVER, **rule_values(target))
    return conditions


def narrowed(stream: Stream, conditions: Iterable[str]) -> Stream:
    """Return the stream's rows that meet the conditions."""
    return stream._replace(where=(*stream.where, *conditions))


def _from_found(stream: Stream) -> Stream:
    """Return the stream, starting from the influencers that the text finds."""
    return stream._replace(
        source=f"found f CROSS JOIN {stream.source}",
        where=(f"{_influencer(stream)} = f.influencer_id", *stream.where),
    )


def _looking_at(text: TextSearch, stream: Stream) -> Stream:
    """Return the stream, testing the text last, because that costs more than the rule."""
    probe = text.probe("i")
    where = [_before_taking_part(condition, probe) for condition in stream.where]
    return stream._replace(where=tuple(where) if where != [*stream.where] else (*where, probe))


def _before_taking_part(condition: str, probe: str) -> str:
    for test in (f"WHEN {TAKES_PART} THEN 0", f"WHEN {HAS_ROW} THEN 0"):
        condition = condition.replace(test, f"WHEN NOT ({probe}) THEN 0 {test}")
    return condition


# The streams of each status


def _form(target: Target) -> Target:
    """Return what the streams depend on, with constants for what is a parameter in them."""
    return target._replace(
        id=0,
        countries=("",) * len(target.countries),
        category_mask=min(target.category_mask, 1),
        followers_min=None if target.followers_min is None else 0,
        followers_max=None if target.followers_max is None else 0,
    )


@lru_cache(maxsize=1024)
def _streams(
    statuses: tuple[CandidateStatus, ...], form: Target, key: str, conditions: tuple[str, ...]
) -> tuple[Stream, ...]:
    """Return the streams of these statuses, with rows that meet the conditions."""
    streams = [stream for status in statuses for stream in streams_of(status, form, key)]
    return tuple([narrowed(stream, conditions) for stream in streams])


def streams_of(status: CandidateStatus, target: Target, key: str) -> Iterator[Stream]:
    """Yield the streams that together have all rows with this status."""
    if status in _STORED:
        for stored in _STORED[status]:
            yield _stored(stored, key, status)
    elif not target.is_running:
        if status is CandidateStatus.UNAVAILABLE:
            yield from _open(key, status, f"CASE WHEN {TAKES_PART} THEN 0 ELSE 1 END <> 0")
    else:
        yield from _by_rule(target, key, status)
        yield from overridden(key, status)


def _stored(stored: str, key: str, status: CandidateStatus) -> Stream:
    # By followers the participation's own copy is walked, in its own index.
    return Stream(
        "participation p JOIN influencer i ON i.id = p.influencer_id",
        ("p.campaign_id = :campaign", f"p.status = '{stored}'"),
        key.replace("i.followers", "p.followers"),
        status,
    )


def _by_rule(target: Target, key: str, status: CandidateStatus) -> Iterator[Stream]:
    fits = status is CandidateStatus.AVAILABLE
    # Influencers who never took part are walked by id, which is no order within a country.
    countries = len(walked_countries(target)) if fits and key != CHANGED else 0
    rule = rule_sql(target, with_country=not countries)
    if rule == NO_RULE and not fits:
        return
    below = ["i.followers < :rule_low"] if not fits and _is_only_a_minimum(target) else []
    answer = decided_by_rule(f"({rule}) {'= 0' if fits else '<> 0'}")
    yield from by_country(countries, "rule", key, status, *below, answer)


def by_country(
    countries: int, name: str, key: str, status: CandidateStatus, *where: str
) -> Iterator[Stream]:
    """Yield a stream for each walked country of the rule with this name; without any, one."""
    for number in range(countries):
        yield from _open(key, status, f"i.country = :{name}_country_{number}", *where)
    if not countries:
        yield from _open(key, status, *where)


def decided_by_rule(*left_out: str) -> str:
    """Return the condition that none of these holds, and that the rule decides, nothing else."""
    tests = " ".join(f"WHEN {condition} THEN 0" for condition in left_out)
    return f"CASE {tests} {_IS_OPEN} ELSE 1 END <> 0"


def _is_only_a_minimum(target: Target) -> bool:
    """Return whether the largest account alone decides: then the others may be few, far down."""
    listed = target.countries or target.category_mask or target.category_overflow
    any_platform = target.platforms == mask_of(Platform)
    return any_platform and target.followers_max is None and not listed


def _open(key: str, status: CandidateStatus, *where: str) -> Iterator[Stream]:
    """Yield influencers who do not take part; by latest change, former ones come first."""
    if key != CHANGED:
        yield Stream("influencer i", where, key, status)
        return
    removed = "p.campaign_id = :campaign", "p.status = 'REMOVED'"
    source = "participation p JOIN influencer i ON i.id = p.influencer_id"
    yield Stream(source, (*removed, *where), key, status)
    never = [condition.replace(TAKES_PART, HAS_ROW) for condition in where]
    yield Stream("influencer i", tuple(never), _NO_CHANGE, status)


def overridden(key: str, status: CandidateStatus) -> Iterator[Stream]:
    """Yield influencers who do not take part, and have the status by an override."""
    for stream in _open(key, status, f"CASE WHEN {TAKES_PART} THEN 0 ELSE 1 END <> 0"):
        overridden = "o.campaign_id = :campaign", f"o.availability = '{status.value}'"
        yield stream._replace(
            source=f"{stream.source} JOIN availability_override o ON o.influencer_id = i.id",
            where=(*overridden, *stream.where),
        )


_IS_OPEN = (
    f"WHEN {TAKES_PART} THEN 0"
    " WHEN coalesce((SELECT 1 FROM availability_override q WHERE q.campaign_id = :campaign"
    " AND q.influencer_id = i.id LIMIT 1), 0) = 1 THEN 0"
)


# Statements


@lru_cache(maxsize=1024)
def cut_streams(streams: tuple[Stream, ...], beyond: tuple[str, ...], cut: str) -> str:
    """Return the streams' UNION ALL, each limited to a page, where its index ends the walk."""
    return " UNION ALL ".join(
        f"SELECT * FROM ({_select(stream, beyond)}{_in_stream(cut, stream)}) s"
        for stream in streams
    )


def _select(stream: Stream, beyond: Sequence[str]) -> str:
    where = [*stream.where, *(_in_stream(condition, stream) for condition in beyond)]
    return (
        f"SELECT :campaign::bigint AS campaign_id, {_influencer(stream)} AS influencer_id,"
        f" {stream.key} AS sort, '{stream.status.value}' AS status"
        f" FROM {stream.source} WHERE {' AND '.join(where)}"
    )


def _in_stream(sql: str, stream: Stream) -> str:
    """Return SQL with the listing's columns replaced by the stream's, which are indexed."""
    return sql.replace("t.sort", stream.key).replace("t.influencer_id", _influencer(stream))


def _influencer(stream: Stream) -> str:
    return "p.influencer_id" if "participation p" in stream.source else "i.id"


def counted(streams: Sequence[Stream]) -> str:
    """Return SQL for the number of rows of the streams."""
    counts = [
        f"(SELECT count(*) FROM {stream.source} WHERE {' AND '.join(stream.where)})"
        for stream in streams
    ]
    return f"({' + '.join(counts) or '0'})"
