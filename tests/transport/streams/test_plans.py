"""A plan from its making to its undo, followed over a WebSocket: a server's own workers do it."""

from typing import Any

import pytest

from tests.tokens import token
from tests.transport.streams.news import News, new_news
from tests.transport.streams.sockets import Socket, socket

pytestmark = pytest.mark.slow

FOLLOW = """subscription Follow($id: ID!) { planProgressed(id: $id) {
    status summary { changed unchanged refused } progress { total done } } }"""
CREATE = """mutation($campaign: ID!) { createPlan(input: {
    campaignId: $campaign, action: MARK_JOINED, candidates: { status: [AVAILABLE] } }) {
    plan { id status } userErrors { message } } }"""
APPLY = "mutation($id: ID!) { applyPlan(input: { id: $id }) { userErrors { message } } }"
UNDO = """mutation($id: ID!) { undoPlan(input: { id: $id, reason: "a mistake" }) {
    plan { id } userErrors { message } } }"""
TAB = """query($campaign: ID!) { campaign(id: $campaign) {
    candidates(filter: { status: [AVAILABLE] }) { totalCount } plans { totalCount } } }"""


async def _available(news: News) -> int:
    found = (await news.ask(TAB, campaign=news.campaign))["campaign"]
    return found["candidates"]["totalCount"]


async def _applied(news: News, opened: Socket, plan: str) -> None:
    """Follow a plan until it is READY, apply it, and follow it to its end."""
    await opened.subscribe(plan, FOLLOW, variables={"id": plan})
    told = [await opened.receive()]
    while _status(told[-1]) != "READY":
        told.append(await opened.receive())
    assert (await news.ask(APPLY, id=plan))["applyPlan"]["userErrors"] == []
    while told[-1]["type"] != "complete":
        told.append(await opened.receive())
    assert told[-1]["id"] == plan
    last = told[-2]["payload"]["data"]["planProgressed"]
    assert (last["status"], last["progress"]) == ("APPLIED", {"total": 30, "done": 30})


def _status(message: dict[str, Any]) -> str:
    return message["payload"]["data"]["planProgressed"]["status"]


async def test_a_plan_is_followed_to_its_end_and_taken_back(shared_server_url: str) -> None:
    news = await new_news(shared_server_url, 30)
    everybody = await _available(news)
    async with socket(shared_server_url) as opened:
        made = (await news.ask(CREATE, campaign=news.campaign))["createPlan"]
        assert made["plan"]["status"] == "PREPARING"
        await _applied(news, opened, made["plan"]["id"])
        assert await _available(news) == everybody - 30
        undo = (await news.ask(UNDO, id=made["plan"]["id"]))["undoPlan"]
        assert undo["userErrors"] == []
        await _applied(news, opened, undo["plan"]["id"])
    assert await _available(news) == everybody


@pytest.mark.parametrize(
    ("bearer", "code"),
    [(token("ADVERTISER", advertiser="acme"), "FORBIDDEN"), (token("STAFF"), "INVALID_INPUT")],
)
async def test_a_plan_that_a_caller_may_not_follow_ends_with_an_error(
    shared_server_url: str, bearer: str, code: str
) -> None:
    async with socket(shared_server_url, bearer) as opened:
        await opened.subscribe("1", FOLLOW, variables={"id": "gid://joinery/Plan/999"})
        error = await opened.receive()
        assert (error["type"], error["id"]) == ("error", "1")
        assert error["payload"][0]["extensions"]["code"] == code
