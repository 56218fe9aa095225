"""The metrics of a server that serves them at its own port."""

import asyncio
import re

import httpx

METRICS = "token of prometheus"
"The value of `JOINERY_METRICS_TOKEN`."


async def metric(url: str, name: str, **labels: str) -> float:
    async with httpx.AsyncClient() as http:
        page = await http.get(f"{url}/metrics", headers={"Authorization": f"Bearer {METRICS}"})
    told = ",".join(f'{key}="{value}"' for key, value in labels.items())
    [value] = re.findall(rf"^{name}{{{told}}} (\S+)$", page.text, re.MULTILINE) or ["0"]
    return float(value)


async def becomes(wanted: float, url: str, name: str, **labels: str) -> None:
    async with asyncio.timeout(20):
        while await metric(url, name, **labels) != wanted:
            await asyncio.sleep(0.1)
