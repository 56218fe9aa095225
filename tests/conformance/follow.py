"""Run the Python client of docs/live.md, and print each change that it yields.

Words: module, URL, tokens (given one after the other, the last one again and again), campaign,
cursor.
"""

import asyncio
import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any


async def main(path: str, url: str, tokens: str, campaign: str, after: str) -> None:
    spec = spec_from_file_location("client", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)

    left = tokens.split(" ")

    async def give_token() -> str:
        return left.pop(0) if len(left) > 1 else left[0]

    async for change in module.changes(url, give_token, campaign, after or None):
        print(json.dumps(change), flush=True)


asyncio.run(main(*sys.argv[1:]))
