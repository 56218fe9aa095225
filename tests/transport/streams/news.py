"""Changes for subscriptions: influencers of a campaign that are marked as joined, one by one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.tokens import STAFF

CHANGED = """subscription Changes($campaign: ID, $after: String) {
    participationChanged(campaignId: $campaign, after: $after) {
        cursor event { id action } participation { id status } } }"""
MINE = "subscription Mine($after: String) { myJobChanged(after: $after) { cursor event { id } } }"

_CREATE = """mutation { createCampaign(input: { title: "Campaign", brand: "Brand", type: SOCIAL,
    status: ONGOING, advertiserId: "acme", platforms: [TIKTOK] }) { campaign { id } } }"""
_UPSERT = """mutation($input: UpsertInfluencersInput!) {
    upsertInfluencers(input: $input) { influencers { id } userErrors { message } } }"""
_MARK = """mutation($campaign: ID!, $ids: [ID!]!) {
    markJoined(input: { campaignId: $campaign, influencerIds: $ids }) { results { outcome } } }"""
_FEED = """query($after: String) { participationEvents(first: 100, after: $after) {
    edges { cursor node { id influencer { id } } } pageInfo { hasNextPage endCursor } } }"""


@dataclass
class News:
    """A campaign, and the influencers that do not take part in it yet."""

    url: str
    campaign: str = ""
    waiting: list[str] = field(default_factory=list[str])
    marked: set[str] = field(default_factory=set[str])

    async def ask(self, query: str, bearer: str = STAFF, **variables: Any) -> dict[str, Any]:
        """POST an operation that must succeed; return its data."""
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.post(
                f"{self.url}/graphql",
                json={"query": query, "variables": variables},
                headers={"Authorization": f"Bearer {bearer}"},
            )
        found = answer.json()
        assert "errors" not in found, found
        return found["data"]

    async def happen(self, number: int = 1) -> None:
        """Mark this number of influencers as joined, by one call."""
        ids, self.waiting = self.waiting[:number], self.waiting[number:]
        data = await self.ask(_MARK, campaign=self.campaign, ids=ids)
        assert [each["outcome"] for each in data["markJoined"]["results"]] == ["CHANGED"] * number
        self.marked.update(ids)

    async def feed(self) -> Sequence[tuple[str, str]]:
        """Return the cursors and the ids of all events, in order, once all changes are there.

        An event gets its place in the feed after its commit.
        """
        async with asyncio.timeout(30):
            while True:
                edges = await self._edges()
                if self.marked <= {edge["node"]["influencer"]["id"] for edge in edges}:
                    return [(edge["cursor"], edge["node"]["id"]) for edge in edges]
                await asyncio.sleep(0.05)

    async def _edges(self) -> Sequence[dict[str, Any]]:
        edges: list[dict[str, Any]] = []
        after, more = None, True
        while more:
            page = (await self.ask(_FEED, after=after))["participationEvents"]
            edges += page["edges"]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        return edges


async def new_news(url: str, people: int) -> News:
    """Make a campaign and this number of influencers."""
    news = News(url)
    news.campaign = (await news.ask(_CREATE))["createCampaign"]["campaign"]["id"]
    prefix = news.campaign.rpartition("/")[2]
    influencers = [
        {
            "externalId": f"{prefix}-{number}",
            "name": f"Influencer {number}",
            "country": "JP",
            "accounts": [
                {
                    "platform": "TIKTOK",
                    "externalId": f"{prefix}-{number}",
                    "handle": f"h{number}",
                    "followers": 1000,
                }
            ],
        }
        for number in range(people)
    ]
    for start in range(0, people, 1000):
        given = {"influencers": influencers[start : start + 1000]}
        data = (await news.ask(_UPSERT, input=given))["upsertInfluencers"]
        assert not data["userErrors"], data
        news.waiting += [each["id"] for each in data["influencers"]]
    return news
