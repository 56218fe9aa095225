"""The shape of a what-if, whose key is the change of a rule: there is no row of it."""

from projection import Batched, Connection, Shape
from resolvers.queries.what_if import gained_candidates, lost_candidates, said
from resolvers.queries.what_if_counts import available, gained, lost

_CHANGE = "{t}.change"

WHAT_IF = Shape(
    name="WhatIf",
    key=("change",),
    fields={
        "available": Batched(parent=_CHANGE, load=available),
        "gained": Batched(parent=_CHANGE, load=gained),
        "lost": Batched(parent=_CHANGE, load=lost),
        "gainedCandidates": Connection(
            shape="Candidate",
            parent=_CHANGE,
            listing=gained_candidates,
            single=True,
            columns=frozenset({"status"}),
            said=said,
        ),
        "lostCandidates": Connection(
            shape="Candidate",
            parent=_CHANGE,
            listing=lost_candidates,
            single=True,
            columns=frozenset({"status"}),
            said=said,
        ),
    },
)
