"""Subscriptions over both protocols: their results, their callers and their end."""

import asyncio
import time

import pytest

from tests.tokens import STAFF, token
from tests.transport.streams.news import CHANGED, MINE, new_news
from tests.transport.streams.sockets import Socket, raw_socket, socket

pytestmark = pytest.mark.slow


@pytest.fixture
def url(shared_server_url: str) -> str:
    """The address of a server."""
    return shared_server_url


async def answered(opened: Socket) -> None:
    """Wait for the answer to a query: then the operations that were sent before have begun."""
    while (await opened.receive())["type"] != "complete":
        pass


async def test_changes_are_told_as_they_happen(url: str) -> None:
    news = await new_news(url, 3)
    async with socket(url) as opened:
        await opened.subscribe("1", CHANGED, variables={"campaign": news.campaign})
        await opened.subscribe("2", "{ __typename }")
        await answered(opened)
        for _ in range(3):
            await news.happen()
        told = [await opened.receive() for _ in range(3)]
    changes = [message["payload"]["data"]["participationChanged"] for message in told]
    assert {message["id"] for message in told} == {"1"}
    assert [each["event"]["action"] for each in changes] == ["MARK_JOINED"] * 3
    feed = await news.feed()
    assert [(each["cursor"], each["event"]["id"]) for each in changes] == list(feed[-3:])


async def test_a_bulk_call_is_told_in_order_and_to_each_who_asked(url: str) -> None:
    news = await new_news(url, 300)
    async with socket(url) as one, socket(url, token("ADVERTISER", advertiser="acme")) as two:
        await one.subscribe("a", CHANGED, variables={"campaign": news.campaign})
        await one.subscribe("b", CHANGED, variables={})
        await two.subscribe("c", CHANGED, variables={"campaign": news.campaign})
        for opened in (one, two):
            await opened.subscribe("-", "{ __typename }")
            await answered(opened)
        await news.happen(300)
        told: dict[str, list[str]] = {}
        for opened, number in ((one, 600), (two, 300)):
            for _ in range(number):
                message = await opened.receive()
                change = message["payload"]["data"]["participationChanged"]
                told.setdefault(message["id"], []).append(change["cursor"])
    feed = [cursor for cursor, _ in (await news.feed())[-300:]]
    assert told == {"a": feed, "b": feed, "c": feed}


async def test_what_came_since_a_cursor_is_told_first_and_once(url: str) -> None:
    news = await new_news(url, 60)
    await news.happen(1)
    start = (await news.feed())[-1][0]
    await news.happen(20)
    async with socket(url) as opened:
        given = {"campaign": news.campaign, "after": start}
        happening = asyncio.gather(*(news.happen() for _ in range(20)))
        await opened.subscribe("1", CHANGED, variables=given)
        told = [await opened.receive() for _ in range(40)]
        await happening
    cursors = [each["payload"]["data"]["participationChanged"]["cursor"] for each in told]
    assert cursors == [cursor for cursor, _ in (await news.feed())[-40:]]


async def test_after_complete_nothing_more_is_sent(url: str) -> None:
    news = await new_news(url, 40)
    async with socket(url) as opened:
        for _ in range(20):
            await opened.subscribe("1", CHANGED, variables={"campaign": news.campaign})
            happening = asyncio.create_task(news.happen(2))
            await opened.send(id="1", type="complete")
            await happening
            await opened.subscribe("1", "{ last: __typename }")
            while (message := await opened.receive())["type"] != "complete":
                assert message["payload"]["data"] == {"last": "Query"}


@pytest.mark.parametrize(
    ("bearer", "query", "code"),
    [
        (token("INFLUENCER", sub="externalId:nobody"), MINE, 4403),
        (token("ADVERTISER", advertiser="acme"), MINE, "FORBIDDEN"),
        (
            STAFF,
            'subscription { participationChanged(campaignId: "x") { cursor } }',
            "INVALID_INPUT",
        ),
        (STAFF, 'subscription { participationChanged(after: "x") { cursor } }', "INVALID_INPUT"),
        (STAFF, "subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            STAFF,
            "subscription { ... @skip(if: true) { participationChanged { cursor } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
async def test_what_a_caller_may_not_have_ends_with_an_error(
    url: str, bearer: str, query: str, code: object
) -> None:
    async with raw_socket(url) as opened:
        await opened.send(type="connection_init", payload={"Authorization": f"Bearer {bearer}"})
        if code == 4403:
            assert (await opened.closed())[0] == code
            return
        await opened.receive()
        await opened.subscribe("1", query)
        error = await opened.receive()
        assert (error["type"], error["id"]) == ("error", "1")
        assert error["payload"][0]["extensions"]["code"] == code
        await opened.send(type="ping")
        assert await opened.receive() == {"type": "pong"}


async def test_each_stream_ends_with_the_token_and_then_the_socket(url: str) -> None:
    began = time.monotonic()
    async with socket(url, token("STAFF", seconds=2)) as opened:
        await opened.subscribe("1", CHANGED)
        await opened.subscribe("2", CHANGED)
        errors = [await opened.receive(), await opened.receive()]
        assert {each["id"] for each in errors} == {"1", "2"}
        for error in errors:
            assert error["type"] == "error"
            assert error["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await opened.closed() == (4403, "The token has expired. Get a new one.")
    assert time.monotonic() - began < 5
