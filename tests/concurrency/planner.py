"""A process that freezes and applies plans until it is killed."""

import asyncio
import sys

from background.worker import run_workers
from database.connection import connected
from resolvers.plans import applying, freezing


async def main(url: str, chunk: int) -> None:
    """Run the workers on this database, with so many items in a chunk."""
    applying.CHUNK = chunk
    async with connected(url):
        await run_workers([freezing.worker, applying.worker])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
