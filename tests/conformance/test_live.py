"""The npm packages graphql-ws and graphql-sse, and Python's gql, as their users write them."""

import asyncio

import pytest
from gql import Client as GqlClient
from gql import gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

from tests.conformance.live import client
from tests.live import Server
from tests.tokens import STAFF, token
from tests.transport.streams.news import CHANGED, new_news

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("protocol", ["ws", "sse"])
async def test_a_client_is_told_each_change_once(
    packages: None, shared_server: Server, protocol: str
) -> None:
    news = await new_news(shared_server.url, 12)
    await news.happen(2)
    async with client(protocol, shared_server.url) as told:
        await told.until("connected")
        for _ in range(10):
            await news.happen()
        await told.until("next", 10)
        assert told.cursors == [cursor for cursor, _ in (await news.feed())[-10:]]


@pytest.mark.parametrize("protocol", ["ws", "sse"])
async def test_a_wrong_document_is_told_once_and_not_asked_again(
    packages: None, shared_server: Server, protocol: str
) -> None:
    query = "subscription { nothing }"
    async with client(protocol, shared_server.url, query=query) as told:
        await told.until("error" if protocol == "ws" else "complete")
        [[errors, *_]] = told.of("error") or [[told.of("next")[0][0]["errors"]]]
        assert errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert len(told.of("connecting")) == 1


async def test_a_stream_whose_token_ends_is_told_so_and_nothing_goes_round(
    packages: None, shared_server: Server
) -> None:
    for protocol in ("ws", "sse"):
        bearer = token("STAFF", seconds=8)
        async with client(protocol, shared_server.url, bearer) as told:
            await told.until("error" if protocol == "ws" else "complete")
            [[errors, *_]] = told.of("error") or [[told.of("next")[0][0]["errors"]]]
            assert errors[0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert len(told.of("connecting")) == 1


async def test_a_token_that_is_refused_is_asked_for_again_a_few_times_and_then_given_up(
    packages: None, shared_server: Server
) -> None:
    expired = token("STAFF", seconds=-1)
    async with client("ws", shared_server.url, expired) as told:
        await told.until("error")
        assert [code for code, _ in told.of("closed")] == [4403] * 6
        assert told.of("error") == [[4403, "The token has expired. Get a new one."]]
    async with client("ws", shared_server.url, expired) as told:
        await told.until("closed")
        await told.use(STAFF)
        await told.until("connected")


async def test_gql_of_python_subscribes_and_asks(shared_server: Server) -> None:
    news = await new_news(shared_server.url, 3)
    address = f"{shared_server.url.replace('http', 'ws')}/graphql"
    transport = WebsocketsTransport(
        url=address,
        init_payload={"Authorization": f"Bearer {STAFF}"},
        connect_args={"proxy": None},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with GqlClient(transport=transport) as session:
        assert (await session.execute(gql("{ viewer { name } }")))["viewer"]["name"] == "Mika Sato"
        with pytest.raises(TransportQueryError, match="nothing"):
            await session.execute(gql("{ nothing }"))
        request = gql(CHANGED)
        request.variable_values = {"campaign": news.campaign}
        changes = session.subscribe(request)
        first = asyncio.ensure_future(anext(changes))
        await session.execute(gql("{ __typename }"))
        await news.happen()
        change = (await first)["participationChanged"]
        await changes.aclose()
    assert change["cursor"] == (await news.feed())[-1][0]
