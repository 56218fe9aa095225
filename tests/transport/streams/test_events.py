"""GraphQL over Server-Sent Events, in distinct connections, and the tickets for EventSource."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from tests.tokens import STAFF, token
from tests.transport.streams.events import EVENTS, events
from tests.transport.streams.news import CHANGED, new_news

pytestmark = pytest.mark.slow
VIEWER = "{ viewer { name } }"
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json,"
    " text/event-stream, multipart/mixed"
)


@pytest.fixture
def url(shared_server_url: str) -> str:
    """The address of a server."""
    return shared_server_url


async def post(url: str, query: str, accept: str, bearer: str | None = STAFF) -> httpx.Response:
    headers = {"Accept": accept} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.post(f"{url}/graphql", json={"query": query}, headers=headers)


async def get(url: str, accept: str = EVENTS, **parameters: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.get(f"{url}/graphql", params=parameters, headers={"Accept": accept})


async def ticket(url: str, bearer: str | None = STAFF) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.post(f"{url}/graphql/ticket", headers=headers)


async def test_a_query_is_answered_by_events_where_they_are_preferred(url: str) -> None:
    result = b'event: next\ndata: {"data":{"viewer":{"name":"Mika Sato"}}}\n\n'
    body = result + b"event: complete\ndata:\n\n"
    for accept in (EVENTS, f"{EVENTS}, application/json", f"application/json;q=0.5, {EVENTS}"):
        answer = await post(url, VIEWER, accept)
        assert (answer.status_code, answer.content) == (200, body), accept
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    for accept, media_type in (
        (URQL, "application/graphql-response+json"),
        (f"application/json, {EVENTS}", "application/json"),
        (f"{EVENTS};q=0.9, */*", "application/json"),
        ("*/*", "application/json"),
    ):
        answer = await post(url, VIEWER, accept)
        assert answer.headers["content-type"].startswith(media_type), accept
        assert answer.json() == {"data": {"viewer": {"name": "Mika Sato"}}}


async def test_events_are_never_compressed(url: str) -> None:
    answer = await post(url, "{ __schema { types { name description } } }", EVENTS)
    assert answer.request.headers["accept-encoding"].startswith("gzip")
    assert "content-encoding" not in answer.headers
    assert len(answer.content) > 10_000


async def test_a_subscription_needs_a_client_that_takes_events(url: str) -> None:
    for accept in ("application/json", "*/*", f"{EVENTS};q=0, application/json"):
        answer = await post(url, CHANGED, accept)
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"
        assert "Accept: text/event-stream" in error["message"]
        assert "graphql-transport-ws" in error["message"]


async def test_a_document_that_is_wrong_is_told_by_events(url: str) -> None:
    for query, code in (
        ("{ viewer {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { participationChanged(campaignId: "x") { cursor } }', "INVALID_INPUT"),
        ('subscription { participationChanged(after: "x") { cursor } }', "INVALID_INPUT"),
    ):
        async with events(url, query) as told:
            assert told.response.status_code == 200
            name, data = await told.next()
            assert name == "next"
            assert data["errors"][0]["extensions"]["code"] == code
            assert await told.next() == ("complete", None)
            with pytest.raises(StopAsyncIteration):
                await told.next()


async def test_what_may_be_tried_again_keeps_its_status(url: str) -> None:
    for bearer in (None, "wrong"):
        answer = await post(url, CHANGED, EVENTS, bearer)
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    answer = await get(url, query="mutation { __typename }")
    assert answer.status_code == 405
    answer = await post(url, VIEWER, "image/png")
    assert answer.status_code == 406


async def test_changes_are_told_as_they_happen_and_from_a_cursor_on(url: str) -> None:
    news = await new_news(url, 4)
    async with events(url, CHANGED, campaign=news.campaign) as told:
        assert told.response.headers["cache-control"] == "no-store"
        assert await told.block() == b":"
        await news.happen(2)
        live = [await told.next() for _ in range(2)]
    assert [name for name, _ in live] == ["next", "next"]
    first = live[0][1]["data"]["participationChanged"]
    async with events(url, CHANGED, campaign=news.campaign, after=first["cursor"]) as told:
        await news.happen()
        later = [(await told.next())[1]["data"]["participationChanged"] for _ in range(2)]
    cursors = [first["cursor"], *(each["cursor"] for each in later)]
    assert cursors == [cursor for cursor, _ in (await news.feed())[-3:]]
    assert b"\r" not in told.raw


async def test_a_stream_ends_with_its_token(url: str) -> None:
    async with events(url, CHANGED, bearer=token("STAFF", seconds=2)) as told:
        name, data = await told.next()
        assert (name, data["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert data["errors"][0]["message"] == "The token has expired. Get a new one."
        assert await told.next() == ("complete", None)


async def test_a_ticket_is_good_for_one_stream(url: str) -> None:
    made = await ticket(url)
    assert made.headers["cache-control"] == "no-store"
    assert set(made.json()) == {"ticket", "expiresAt"}
    given = made.json()["ticket"]
    answer = await get(url, query=VIEWER, ticket=given)
    assert b"Mika Sato" in answer.content
    again = await get(url, query=VIEWER, ticket=given)
    assert again.status_code == 401
    assert "This ticket is not good" in again.json()["errors"][0]["message"]


async def test_a_ticket_is_used_once_however_many_come_at_the_same_time(url: str) -> None:
    given = (await ticket(url)).json()["ticket"]
    answers = await asyncio.gather(*(get(url, query=VIEWER, ticket=given) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9


async def test_a_ticket_ends_with_the_token_that_it_stands_for(url: str) -> None:
    bearer = token("STAFF", seconds=5)
    given = (await ticket(url, bearer)).json()["ticket"]
    parameters = {"query": CHANGED, "ticket": given}
    async with (
        httpx.AsyncClient(timeout=30) as http,
        http.stream("GET", f"{url}/graphql", params=parameters, headers={"Accept": EVENTS}) as told,
    ):
        text = (await told.aread()).decode()
    assert "The token has expired" in text
    given = (await ticket(url, token("STAFF", seconds=1))).json()["ticket"]
    deadline = time.time() + 1.2
    while time.time() < deadline:
        await asyncio.sleep(0.05)
    assert (await get(url, query=VIEWER, ticket=given)).status_code == 401


async def test_a_token_may_end_after_the_last_year_that_there_is(url: str) -> None:
    given = (await ticket(url, token("STAFF", seconds=10**12))).json()["ticket"]
    assert (await get(url, query=VIEWER, ticket=given)).status_code == 200


async def test_a_ticket_opens_event_streams_alone(url: str) -> None:
    given = (await ticket(url)).json()["ticket"]
    answer = await get(url, "application/json", query=VIEWER, ticket=given)
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["message"].startswith("A ticket works only with Accept: text/event-stream.")
    assert b"Mika" in (await get(url, query=VIEWER, ticket=given)).content


@pytest.mark.parametrize("bearer", [None, "wrong", token("STAFF", seconds=-1)])
async def test_a_ticket_needs_a_token(url: str, bearer: Any) -> None:
    answer = await ticket(url, bearer)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
