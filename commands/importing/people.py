"""Influencers from the rows of a table, each from one row or from several below each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast

from commands.importing import values
from commands.importing.columns import ACCOUNT, PERSON, Columns
from commands.importing.entries import AccountPlace, Entry, Problem
from commands.importing.known_accounts import id_of_handle
from commands.importing.table import Row
from models.text import clean, clean_id
from resolvers.mutations.upsert_influencers import AccountFields, InfluencerFields
from workflow.enums import Platform

Value = TypeVar("Value")


class People:
    """Reads the rows of a table with these columns as influencers."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._id = columns.index["externalId"]
        own = columns.own_names
        self._networks = {
            platform: {field: own.get(name, name) for field, name in names.items()}
            for platform, names in columns.networks.items()
        }
        self._account = {ours: own[name] for name, ours in ACCOUNT.items() if name in own}
        person = [name for name in PERSON if name in columns.index and name != "externalId"]
        network = [name for names in columns.networks.values() for name in names.values()]
        self._person_places = [
            (name, columns.index[name]) for name in PERSON if name in columns.index
        ]
        self._account_places = [
            (ours, columns.index[name]) for name, ours in ACCOUNT.items() if name in columns.index
        ]
        self._shared = [(own.get(name, name), columns.index[name]) for name in person + network]

    def read(self, rows: Iterator[Row]) -> Iterator[Entry]:
        """Return an entry for each influencer, and for each row that is nobody's."""
        group: list[Row] = []
        unknown: list[Row] = []
        owner = ""
        for row in rows:
            external_id = self._external_id(row)
            if not external_id:
                unknown.append(row)
            elif external_id == owner:
                # What cannot be read between rows of one influencer is theirs.
                group += [*unknown, row]
                unknown = []
            else:
                yield from self._entries(group, unknown)
                group, unknown, owner = [row], [], external_id
        yield from self._entries(group, unknown)

    def _external_id(self, row: Row) -> str:
        """Return whose row it is; nothing where that cannot be read."""
        cell = row.cells[self._id] if len(row.cells) > self._id else ""
        return clean_id(cell)

    def _entries(self, group: Sequence[Row], unknown: Sequence[Row]) -> Iterator[Entry]:
        if group:
            yield self._entry(group)
        for row in unknown:
            yield self._entry([row])

    def _entry(self, rows: Sequence[Row]) -> Entry:
        first = rows[0]
        entry = Entry(first.line, self._external_id(first), columns=self._columns.own_names)
        entry.lost = max(1, sum(row.lost for row in rows))
        entry.problems = [Problem(row.line, row.problem) for row in rows if row.problem]
        entry.problems += self._differences(rows)
        if not entry.problems:
            self._fill(entry, rows)
        return entry

    def _differences(self, rows: Sequence[Row]) -> Sequence[Problem]:
        """Return where later rows say of the influencer what the first does not."""
        first = rows[0]
        return [
            Problem(
                row.line,
                f"{header}: {values.shown(said)} differs from {values.shown(before)} on line"
                f" {first.line}, and both are {self._external_id(first)[:60]!r}",
            )
            for row in rows[1:]
            if not row.problem
            for header, place in self._shared
            if (said := clean(row.cells[place])) and said != (before := clean(first.cells[place]))
        ]

    def _fill(self, entry: Entry, rows: Sequence[Row]) -> None:
        """Read the fields, or what is wrong with them."""
        first = rows[0]
        places: list[AccountPlace] = []
        accounts: list[Mapping[str, str]] = []
        for row in rows:
            if account := self._account_of(row):
                places.append(AccountPlace(row.line, self._account))
                accounts.append(account)
        for platform, account in self._accounts_beside(first):
            places.append(AccountPlace(first.line, self._networks[platform]))
            accounts.append(account)
        entry.accounts = places
        said = self._person(entry, first)
        said["accounts"] = [
            _account(entry, index, account) for index, account in enumerate(accounts)
        ]
        entry.fields = None if entry.problems else cast("InfluencerFields", said)

    def _person(self, entry: Entry, row: Row) -> dict[str, Any]:
        cells = {name: row.cells[place] for name, place in self._person_places}
        said: dict[str, Any] = {"external_id": cells["externalId"], "name": cells["name"]}
        if "categories" in cells:
            names = cells["categories"].split(";")
            said["categories"] = [name for name in names if name.strip()]
        _try(entry, ["externalId"], values.identifier, cells["externalId"])
        if "email" in cells:
            said["email"] = cells["email"] or None
        if "avatarUrl" in cells:
            said["avatar_url"] = cells["avatarUrl"] or None
        if "country" in cells:
            said["country"] = _try(entry, ["country"], values.country, cells["country"])
        return said

    def _account_of(self, row: Row) -> Mapping[str, str] | None:
        """Return the cells of the account that has this row, if one has."""
        cells = {name: row.cells[place] for name, place in self._account_places}
        return cells if any(map(str.strip, cells.values())) else None

    def _accounts_beside(self, row: Row) -> Iterator[tuple[Platform, Mapping[str, str]]]:
        """Return the cells of the accounts that stand beside each other in this row."""
        for platform, columns in self._columns.networks.items():
            cells = {name: row.cells[self._columns.index[at]] for name, at in columns.items()}
            # Who is not on a network has no followers there, which some tools write as 0.
            if {cell.strip() for cell in cells.values()} - {"", "0"}:
                yield platform, {"platform": platform, **cells}


def _account(entry: Entry, index: int, cells: Mapping[str, str]) -> AccountFields | None:
    """Return the fields of an account: one without an id is known by its handle."""
    at = "accounts", index
    platform = _try(entry, [*at, "platform"], values.platform, cells.get("platform", ""))
    followers = _try(entry, [*at, "followers"], values.number, cells.get("followers", ""))
    if platform is None or followers is None:
        return None
    read_handle = partial(values.handle, of=platform)
    handle = _try(entry, [*at, "handle"], read_handle, cells.get("handle", "")) or ""
    external_id = cells.get("externalId", id_of_handle(handle))
    _try(entry, [*at, "externalId"], values.identifier, external_id)
    return {
        "platform": platform,
        "external_id": external_id,
        "handle": handle,
        "followers": followers,
    }


def _try(
    entry: Entry, path: Sequence[object], read: Callable[[str], Value], cell: str
) -> Value | None:
    """Return what the cell says; None, with the problem told, where it cannot be taken."""
    try:
        return read(cell)
    except ValueError as error:
        entry.problems.append(entry.about(path, str(error)))
        return None
