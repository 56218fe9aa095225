"""The use that a process makes of its database: the size of its pool, and its time-outs."""

from dataclasses import dataclass

MIN_POOL_SIZE = 6
"""With fewer, one slow kind of read could hold up the others, or mutations all reads."""


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """The options of one process. Times are in seconds."""

    pool_size: int = 10
    "Connections at most, `MIN_POOL_SIZE` or more."
    connect_timeout: float = 5.0
    "Until a new connection can be used."
    statement_timeout: float = 60.0
    "For one statement on PostgreSQL, its waits for locks included; 0: no limit."
    lock_timeout: float = 30.0
    "For one lock of another transaction; on SQLite, for the write lock."
    prepared_statements: bool = True
    "Whether PostgreSQL keeps statements for a connection, which some poolers cannot do."
    replica_url: str | None = None
    "Each of its hosts is a replica of the database."
    replica_max_lag: float = 5.0
    "A replica that is later is not read from."

    @property
    def max_transactions(self) -> int:
        """The most at once: where all of them wait for one lock, reads go on with the others."""
        return self.pool_size * 7 // 10

    @property
    def max_readers(self) -> int:
        """The most connections of each of the two coalescers; 2 at least remain for mutations."""
        return (self.pool_size - 2) // 2
