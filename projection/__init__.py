"""The read engine: a GraphQL selection in, one SQL statement a level and a row builder out.

It knows no campaign. A *shape* says how a GraphQL type is stored; a *plan* is what is made of a
shape and a selection, once; a *run* carries it out for one request.
"""

from projection.internals import Completed, Executor, resolve_info
from projection.listing import (
    FreeCursors,
    Listing,
    Order,
    PairedListing,
    TableListing,
    Terms,
    read_cursor,
    write_cursor,
)
from projection.plan import Projector
from projection.run import Known, ListRun, Run
from projection.shape import (
    Batched,
    Column,
    Computed,
    Connection,
    Denial,
    Derived,
    Kind,
    Rows,
    Shape,
    ToMany,
    ToOne,
)

__all__ = [
    "Batched",
    "Column",
    "Completed",
    "Computed",
    "Connection",
    "Denial",
    "Derived",
    "Executor",
    "FreeCursors",
    "Kind",
    "Known",
    "ListRun",
    "Listing",
    "Order",
    "PairedListing",
    "Projector",
    "Rows",
    "Run",
    "Shape",
    "TableListing",
    "Terms",
    "ToMany",
    "ToOne",
    "read_cursor",
    "resolve_info",
    "write_cursor",
]
