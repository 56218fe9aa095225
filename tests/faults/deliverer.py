"""A process that runs the sequencer and the webhooks' worker until it is killed."""

import asyncio
import sys

from background.worker import run_workers
from database.connection import connected
from delivery.addresses import Allowed
from delivery.selections import Selections
from delivery.sending import Sender
from delivery.sequencer import worker as sequencer
from delivery.webhooks import Deliverer
from schema import schema

TIMEOUT = 2
"""Seconds of an attempt: fewer than the receiver hangs."""


async def main(url: str) -> None:
    """Run the workers on this database."""
    here = Allowed.read(["127.0.0.1"])
    allowed = Allowed(here.hosts, here.networks, ("http",))
    deliverer = Deliverer(Selections(schema), Sender(allowed, TIMEOUT))
    async with connected(url):
        is_sqlite = url.startswith("sqlite")
        await run_workers([deliverer.worker] if is_sqlite else [sequencer, deliverer.worker])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
