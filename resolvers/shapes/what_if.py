"""The shape of a what-if, whose key is the change of a rule: there is no row of it."""

from typing import Any

from projection import Batched, Connection, Shape
from resolvers.queries.what_if import cursor_key, gained_candidates, lost_candidates
from resolvers.queries.what_if_counts import available, gained, lost

_CHANGE = "{t}.change"


def _candidates(listing: Any) -> Connection:
    return Connection(
        shape="Candidate",
        parent=_CHANGE,
        listing=listing,
        single=True,
        columns=frozenset({"status"}),
        cursor_key=cursor_key,
    )


WHAT_IF = Shape(
    name="WhatIf",
    key=("change",),
    fields={
        "available": Batched(parent=_CHANGE, load=available),
        "gained": Batched(parent=_CHANGE, load=gained),
        "lost": Batched(parent=_CHANGE, load=lost),
        "gainedCandidates": _candidates(gained_candidates),
        "lostCandidates": _candidates(lost_candidates),
    },
)
