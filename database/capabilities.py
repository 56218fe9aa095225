"""The differences of the two databases beyond the spelling of SQL (`database/statement.py`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Capabilities:
    """The capabilities of a database. Callers ask for one, never for the database's name."""

    dialect: str
    "`sqlite` or `postgres`, for this package alone."
    system: str
    "Its name in OpenTelemetry's conventions."
    walks_laterally: bool
    "Whether LATERAL walks an index once for each row on its left."
    has_typed_values: bool
    "Whether booleans and timestamps come back as such, not as numbers and text."
    has_concurrent_writers: bool
    "Whether transactions that write run at the same time, not one after the other."
    nests_changes: bool
    "Whether one statement may hold several INSERTs and UPDATEs, as common table expressions."
    notifies: bool
    "Whether it has LISTEN and NOTIFY."


POSTGRES = Capabilities(
    dialect="postgres",
    system="postgresql",
    walks_laterally=True,
    has_typed_values=True,
    has_concurrent_writers=True,
    nests_changes=True,
    notifies=True,
)
SQLITE = Capabilities(
    dialect="sqlite",
    system="sqlite",
    walks_laterally=False,
    has_typed_values=False,
    has_concurrent_writers=False,
    nests_changes=False,
    notifies=False,
)
BY_DIALECT = {known.dialect: known for known in (POSTGRES, SQLITE)}
