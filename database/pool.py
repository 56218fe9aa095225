"""The gauges of a process's connections to the database, and of who waits for them."""

from typing import Any, NamedTuple

from database.session import connection
from telemetry import metrics


class Connections(NamedTuple):
    """The connections of a process, by what they do, and how many it may have."""

    used: int
    idle: int
    limit: int


def look_at_pool() -> None:
    """Set the gauges of this process."""
    client: Any = connection()
    connections: Connections = client.connections
    metrics.POOL_CONNECTIONS.set(connections.used, "used")
    metrics.POOL_CONNECTIONS.set(connections.idle, "idle")
    metrics.POOL_LIMIT.set(connections.limit)
    metrics.WAITING.set(client.coalescer.waiting + client.single_coalescer.waiting)
