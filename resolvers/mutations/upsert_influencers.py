"""`upsertInfluencers`: create influencers, or bring them in step with the agency's database."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NotRequired, TypedDict

import orjson

from database.bulk import insert, update
from database.failures import ChangedMeanwhileError
from database.session import rows
from models import categories, profiles
from models.influencer import Influencer, erased_id
from models.text import clean_id, fold
from resolvers.audience_input import category_names, country
from resolvers.availability.writers import track_changes
from resolvers.context import Context
from resolvers.mutations.campaign_input import web_url
from resolvers.mutations.connecting import (
    Claim,
    Connections,
    Waiting,
    advance,
    checked_claim,
    connections,
    lock_waiting,
)
from resolvers.pipeline.bulk import check_count
from resolvers.pipeline.transaction import MutationOutcome
from resolvers.pipeline.unit_of_work import SYSTEM
from resolvers.pipeline.validation import MAX_NAME, Form, Refusal
from workflow.categories import mask_and_overflow
from workflow.enums import ErrorCode, Outcome, Platform
from workflow.facts import MAX_ACCOUNTS, moment_of

MAX_EMAIL = 320
_TOO_MANY = f"They would have more than {MAX_ACCOUNTS} accounts connected."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")  # whether it exists, only a letter to it can tell


class AccountFields(TypedDict):
    """An account to connect or to update."""

    platform: Platform
    external_id: str
    handle: str
    followers: int


class InfluencerFields(TypedDict):
    """An influencer to create or to update: what is left out stays as it is, None clears it."""

    external_id: str
    name: str
    email: NotRequired[str | None]
    country: NotRequired[str | None]
    avatar_url: NotRequired[str | None]
    categories: NotRequired[Sequence[str]]
    accounts: Sequence[AccountFields]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertInfluencersOutcome(MutationOutcome):
    """The influencers as stored, and the refusals of the others."""

    influencers: Sequence[int] = ()
    created: int = 0
    updated: int = 0
    advanced: Sequence[int] = ()


async def upsert_influencers(
    context: Context, *, influencers: Sequence[InfluencerFields]
) -> UpsertInfluencersOutcome:
    """Create or update influencers with their accounts, each all or nothing.

    The number of statements does not grow with that of influencers.
    """
    form = Form()
    if not check_count(form, influencers, "influencer", "influencers"):
        return UpsertInfluencersOutcome(user_errors=form.refusals)
    return await _Upsert(context).run(influencers)


@dataclass(slots=True)
class _Entry:
    """One influencer of the call, with valid values."""

    index: int
    external_id: str
    row: dict[str, Any]
    claims: list[Claim]
    known: "_Known | None" = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """An influencer as stored."""

    id: int
    is_erased: bool
    updated_at: datetime
    values: Mapping[str, Any]


@dataclass(slots=True)
class _Upsert:
    """One call, with its refusals."""

    context: Context
    refusals: list[Refusal] = field(default_factory=list[Refusal])

    async def run(self, given: Sequence[InfluencerFields]) -> UpsertInfluencersOutcome:
        """Create or update the influencers."""
        entries = self._read(given)
        waiting, accounts = await self._find(entries)
        entries = [entry for entry in entries if self._is_accepted(entry, accounts)]
        numbers = await categories.register(
            name for entry in entries for name in entry.row["categories"]
        )
        known = [entry for entry in entries if entry.known]
        changes = self._changes(known, numbers)
        updated = {row["id"] for row in changes} | _claim(accounts, known)
        async with track_changes(updated) as all_changed:
            created = await self._create(entries, numbers)
            all_changed.update(created)
            _claim(accounts, [entry for entry in entries if not entry.known])
            await update(Influencer, changes)
            await accounts.write()
            await profiles.refresh(all_changed - accounts.touched)
        return UpsertInfluencersOutcome(
            influencers=[entry.id for entry in entries],
            created=len(created),
            updated=len(updated),
            advanced=await advance(waiting, accounts.connected, SYSTEM),
            user_errors=self.refusals,
        )

    def _read(self, given: Sequence[InfluencerFields]) -> list[_Entry]:
        times = Counter(clean_id(one["external_id"]) for one in given)
        entries: list[_Entry] = []
        for index, one in enumerate(given):
            form = Form()
            entry = _read_one(form, index, one)
            if entry.external_id and times[entry.external_id] > 1:
                # All of them are refused: any of them may be the right one.
                message = "This external id is in the call more than once: give each once."
                form.refuse(ErrorCode.INVALID_INPUT, message, *_at(index), "externalId")
            if form.refusals:
                self.refusals += form.refusals
            else:
                entries.append(entry)
        return entries

    async def _find(self, entries: Sequence[_Entry]) -> tuple[Waiting, Connections]:
        """Lock and load the influencers who are stored, and the accounts that are claimed."""
        waiting, accounts = await self._locked(entries)
        found = await rows(_KNOWN, ids=list(waiting.influencers))
        known = {row[1]: _known(row) for row in found}
        for entry in entries:
            entry.known = next((known[name] for name in _names(entry) if name in known), None)
            entry.id = entry.known.id if entry.known else 0
            stored: list[str] = entry.known.values["categories"] if entry.known else []
            entry.row.setdefault("categories", stored)
        given = {entry.id: entry.index for entry in entries}
        # Places are taken in the order given.
        waiting.candidates = sorted(waiting.candidates, key=lambda one: given[one.influencer.id])
        return waiting, accounts

    async def _locked(self, entries: Sequence[_Entry]) -> tuple[Waiting, Connections]:
        claims = [claim for entry in entries for claim in entry.claims]
        known = await _ids(entries)
        waiting = await lock_waiting(self.context, known)
        accounts = await connections(claims, known, self.context.now)
        # An influencer created meanwhile must be known too, or their accounts would seem to be
        # someone else's. To lock them now would be out of order.
        if await _ids(entries) != known:
            raise ChangedMeanwhileError
        return waiting, accounts

    def _is_accepted(self, entry: _Entry, accounts: Connections) -> bool:
        """Return whether nothing refuses the influencer, and reserve their accounts if so."""
        form = Form()
        if entry.known and entry.known.is_erased:
            message = "This influencer has been erased, and stays so."
            form.refuse(ErrorCode.INVALID_INPUT, message, *_at(entry.index), "externalId")
        owner = entry.id or -1 - entry.index
        if accounts.count_with(owner, entry.claims) > MAX_ACCOUNTS:
            form.refuse(ErrorCode.TOO_MANY_ITEMS, _TOO_MANY, *_at(entry.index), "accounts")
        for place, claim in enumerate(entry.claims):
            refusal = accounts.refusal(owner, claim)
            if refusal:
                form.refuse(refusal.code, refusal.message, *_at(entry.index), "accounts", place)
        if form.refusals:
            self.refusals += form.refusals
            return False
        accounts.reserve(owner, entry.claims)
        return True

    async def _create(self, entries: Sequence[_Entry], numbers: Mapping[str, int]) -> set[int]:
        """Insert the new influencers; return their ids."""
        new = [entry for entry in entries if entry.known is None]
        inserted = await insert(Influencer, [self._new(entry, numbers) for entry in new])
        for entry, key in zip(new, inserted, strict=True):
            entry.id = key
        return set(inserted)

    def _changes(self, known: Sequence[_Entry], numbers: Mapping[str, int]) -> list[dict[str, Any]]:
        """Return the rows of stored influencers that differ."""
        return [
            {
                "id": entry.id,
                **self._merged(entry, numbers),
                "updated_at": max(self.context.now, entry.known.updated_at),
            }
            for entry in known
            if entry.known and _differs(entry.row, entry.known.values)
        ]

    def _new(self, entry: _Entry, numbers: Mapping[str, int]) -> dict[str, Any]:
        return {
            "external_id": entry.external_id,
            **self._merged(entry, numbers),
            "created_at": self.context.now,
            "updated_at": self.context.now,
            "followers": 0,
            "platforms": 0,
            "multi": False,
        }

    def _merged(self, entry: _Entry, numbers: Mapping[str, int]) -> dict[str, Any]:
        """Return the influencer's columns after the call: what was left out stays."""
        before: Mapping[str, Any] = entry.known.values if entry.known else dict.fromkeys(_VALUES)
        row: dict[str, Any] = {name: entry.row.get(name, before[name]) for name in _VALUES}
        mask, overflow = mask_and_overflow({numbers[fold(name)] for name in row["categories"]})
        return row | {
            "name_key": fold(row["name"]),
            "category_mask": mask,
            "category_overflow": overflow,
        }


_VALUES = ("name", "email", "country", "avatar_url", "categories")
_IDS = "SELECT id FROM influencer WHERE external_id = ANY(:external_ids)"
"The external ids include those of erased influencers, which are digests (`erased_id`)."
_KNOWN = f"""
SELECT id, external_id, erased_at, updated_at, {", ".join(_VALUES)}
FROM influencer WHERE id = ANY(:ids)"""


def _names(entry: _Entry) -> tuple[str, str]:
    """Return the external id as it is stored, before and after an erasure."""
    return entry.external_id, erased_id(entry.external_id)


async def _ids(entries: Sequence[_Entry]) -> set[int]:
    names = [name for entry in entries for name in _names(entry)]
    found = await rows(_IDS, external_ids=names)
    return {row[0] for row in found}


def _claim(accounts: Connections, entries: Sequence[_Entry]) -> set[int]:
    """Give the influencers their accounts; return the ids of those with a changed account."""
    return {
        entry.id
        for entry in entries
        for claim in entry.claims
        if accounts.claim(entry.id, claim) is Outcome.CHANGED
    }


def _known(row: Sequence[Any]) -> _Known:
    """Return the influencer in a row of `_KNOWN`."""
    key, _, erased_at, *columns = row
    updated_at: datetime | str = columns.pop(0)
    values: dict[str, Any] = dict(zip(_VALUES, columns, strict=True))
    values["categories"] = orjson.loads(values["categories"])
    return _Known(key, erased_at is not None, moment_of(updated_at), values)


def _at(index: int) -> tuple[str, int]:
    return "influencers", index


def _read_one(form: Form, index: int, given: InfluencerFields) -> _Entry:
    at = _at(index)
    row: dict[str, Any] = {
        "name": form.text(given["name"], MAX_NAME, *at, "name"),
    }
    if "categories" in given:
        row["categories"] = category_names(form, given["categories"], *at, "categories")
    if "email" in given:
        row["email"] = _email(form, given["email"], *at, "email")
    if "country" in given:
        code = given["country"]
        row["country"] = None if code is None else country(form, code, *at, "country")
    if "avatar_url" in given:
        row["avatar_url"] = web_url(form, given["avatar_url"], *at, "avatarUrl")
    external_id = form.identifier(given["external_id"], MAX_NAME, *at, "externalId")
    return _Entry(index, external_id, row, _claims(form, given["accounts"], *at, "accounts"))


def _claims(form: Form, given: Sequence[AccountFields], *at: str | int) -> list[Claim]:
    claims: dict[tuple[int, str], Claim] = {}
    if len(given) > MAX_ACCOUNTS:
        form.refuse(ErrorCode.TOO_MANY_ITEMS, _TOO_MANY, *at)
    for place, one in enumerate(given):
        claim = checked_claim(form, Claim(**one), *at, place)
        if claim.external_id and claim.key in claims:
            message = "This account is in the list already: give each once."
            form.refuse(ErrorCode.INVALID_INPUT, message, *at, place, "externalId")
        claims[claim.key] = claim
    return list(claims.values())


def _email(form: Form, value: str | None, *at: str | int) -> str | None:
    email = form.optional(clean_id(value or ""), MAX_EMAIL, *at)
    if email is not None and not _EMAIL.fullmatch(email):
        form.refuse(ErrorCode.INVALID_INPUT, "Give an email address, such as a@example.com.", *at)
    return email


def _differs(row: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return any(before[name] != value for name, value in row.items())
