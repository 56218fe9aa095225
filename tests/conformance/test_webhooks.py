"""A receiver on Node verifies a real server's messages by npm's library, also after a rotation."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live import Server, serving
from tests.tokens import STAFF

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SETTINGS = {"JOINERY_WEBHOOK_ALLOW": "127.0.0.1"}

CREATE = """mutation($url: URL!) { createWebhook(input: { url: $url }) {
    secret webhook { id } userErrors { message } } }"""
UPDATE = """mutation($id: ID!, $url: URL!) { updateWebhook(input: { id: $id, url: $url }) {
    userErrors { message } } }"""
ROTATE = """mutation($id: ID!) { rotateWebhookSecret(input: { id: $id }) {
    secret userErrors { message } } }"""
JOIN = """mutation { upsertInfluencers(input: { influencers: [{ externalId: "%(name)s",
        name: "名 %(name)s", accounts: [
            { platform: X, externalId: "%(name)s", handle: "h", followers: 1 }] }] }) {
    influencers { id } } }"""
CAMPAIGN = """mutation { createCampaign(input: { title: "T", brand: "B", type: SOCIAL,
    platforms: [X], status: ONGOING }) { campaign { id } } }"""
MARK = """mutation($campaign: ID!, $ids: [ID!]!) { markJoined(input: {
    campaignId: $campaign, influencerIds: $ids, message: "Welcome: 田中" }) {
    results { participation { id events { nodes { id } } } } } }"""


async def test_a_receiver_on_node_verifies_by_the_old_secret_and_the_new_one(
    packages: None, database_url: str, tmp_path: Path
):
    with serving(database_url, tmp_path, SETTINGS) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            server = Server(url, http)
            made = await server.data(CREATE, {"url": "http://127.0.0.1:1/"}, STAFF)
            webhook, secret = (
                made["createWebhook"]["webhook"]["id"],
                made["createWebhook"]["secret"],
            )
            async with receiver(secret) as (address, node):
                await server.data(UPDATE, {"id": webhook, "url": address}, STAFF)
                await received(node, await join(server, "one"))
                made = await server.data(ROTATE, {"id": webhook}, STAFF)
                await received(node, await join(server, "two"))
            async with receiver(made["rotateWebhookSecret"]["secret"]) as (address, node):
                await server.data(UPDATE, {"id": webhook, "url": address}, STAFF)
                await received(node, await join(server, "three"))


async def join(server: Server, name: str) -> str:
    """Mark a new influencer as joined in a new campaign; return the event's id."""
    people = (await server.data(JOIN % {"name": name}, None, STAFF))["upsertInfluencers"]
    campaign = (await server.data(CAMPAIGN, None, STAFF))["createCampaign"]["campaign"]["id"]
    given = {"campaign": campaign, "ids": [person["id"] for person in people["influencers"]]}
    marked = (await server.data(MARK, given, STAFF))["markJoined"]
    [result] = marked["results"]
    [event] = result["participation"]["events"]["nodes"]
    return event["id"]


async def received(node: Process, event: str) -> None:
    """Wait for the message about this event. An earlier message may come again before it."""
    said = await line(node)
    while said["payload"]["data"]["event"]["id"] != event:
        said = await line(node)
    assert said["payload"]["type"] == "participation.changed"
    assert said["payload"]["data"]["event"]["message"] == "Welcome: 田中"
    assert said["payload"]["data"]["participation"]["status"] == "JOINED"
    assert said["id"].startswith("msg_")


@asynccontextmanager
async def receiver(secret: str) -> AsyncGenerator[tuple[str, Process]]:
    """Run a receiver with this secret; its address, and its process."""
    node = await asyncio.create_subprocess_exec(
        "node", "receiver.mjs", secret, cwd=HERE, stdout=PIPE
    )
    try:
        yield f"http://127.0.0.1:{await line(node)}/hook", node
    finally:
        node.kill()
        await node.wait()


async def line(node: Process) -> Any:
    assert node.stdout is not None
    async with asyncio.timeout(60):
        return json.loads(await node.stdout.readline())
