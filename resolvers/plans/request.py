"""The request for a list: the filter and order of a screen, those left out, and a limit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from projection import Listing, ListRun
from resolvers.queries.applicant_tab import applicants
from resolvers.queries.select_tab import candidates

_OF_PEOPLE = {"search", "countries", "categories", "platforms", "followersMin", "followersMax"}
_OF_BOTH_TABS = _OF_PEOPLE | {"influencerIds", "status"}
_OF_CANDIDATES = {"unavailableReason", "override", "qualifyingAccountsMin", "qualifyingAccountsMax"}
_OF_APPLICANTS = {"origin", "updatedSince"}
FILTER_NAMES = {True: _OF_BOTH_TABS | _OF_CANDIDATES, False: _OF_BOTH_TABS | _OF_APPLICANTS}
"""The names of the filter's conditions, by `is_of_candidates`."""


class LaterRequestError(Exception):
    """A process of a later version stored the request, with names that are not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The request for a plan's list, in the arguments of the screen's field."""

    is_of_candidates: bool
    "Whether it is of the Select influencer tab, not of the Applicant influencers tab."
    filter: Mapping[str, Any]
    order: str | None
    excepted: Sequence[int] = ()
    "Influencers who are left out."
    limit: int | None = None

    def to_json(self) -> str:
        """Return the request, to be stored."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def of_json(cls, text: str) -> "Request":
        """Return the request that was stored. Raises LaterRequestError."""
        stored: dict[str, Any] = orjson.loads(text)
        names = FILTER_NAMES[stored["is_of_candidates"]]
        if not names.issuperset(stored["filter"]) or not _NAMES.issuperset(stored):
            raise LaterRequestError
        since: str | None = stored["filter"].get("updatedSince")
        if since is not None:
            stored["filter"]["updatedSince"] = datetime.fromisoformat(since)
        return cls(**stored)

    async def listing(self, run: ListRun, campaign: int) -> Listing:
        """Return the list as the screen shows it. Raises RequestError for an invalid filter."""
        arguments = {"filter": self.filter, "orderBy": self.order}
        listed = candidates if self.is_of_candidates else applicants
        return await listed(run, arguments, [campaign])


_NAMES = frozenset(Request.__dataclass_fields__)
