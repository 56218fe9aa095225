"""The gauges of a process's connections to the database, and of who waits for them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from database.session import connection
from telemetry import metrics


class Connections(NamedTuple):
    """The connections of a process, by what they do, and how many it may have."""

    used: int
    idle: int
    limit: int


def look_at_pools(replicas: Mapping[int, Any]) -> None:
    """Set the gauges of this process; `replicas` are the clients of replicas by their number."""
    client: Any = connection()
    connections: Connections = client.connections
    metrics.POOL_CONNECTIONS.set(connections.used, "used")
    metrics.POOL_CONNECTIONS.set(connections.idle, "idle")
    metrics.POOL_LIMIT.set(connections.limit)
    for number, replica in replicas.items():
        metrics.REPLICA_CONNECTIONS.set(replica.connections.used, str(number), "used")
        metrics.REPLICA_CONNECTIONS.set(replica.connections.idle, str(number), "idle")
    metrics.WAITING.set(sum(_waiting(each) for each in (client, *replicas.values())))


def _waiting(client: Any) -> int:
    return client.coalescer.waiting + client.single_coalescer.waiting
