"""graphql-transport-ws with a real server: its messages, its close codes, and violations."""

import asyncio
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.tokens import STAFF, token
from tests.transport.streams.sockets import SECONDS, raw_socket, socket

pytestmark = pytest.mark.slow
VIEWER = "{ viewer { name } }"


@pytest.fixture
def url(shared_server_url: str) -> str:
    """The address of a server."""
    return shared_server_url


async def answer(opened: Any, key: str) -> list[dict[str, Any]]:
    """Return the messages of an operation, to its last."""
    messages = [await opened.receive()]
    while messages[-1]["type"] == "next":
        messages.append(await opened.receive())
    assert {message.pop("id") for message in messages} == {key}
    return messages


async def test_a_query_is_answered_and_completed(url: str) -> None:
    async with socket(url) as opened:
        await opened.subscribe("1", VIEWER)
        assert await answer(opened, "1") == [
            {"type": "next", "payload": {"data": {"viewer": {"name": "Mika Sato"}}}},
            {"type": "complete"},
        ]


async def test_a_mutation_is_executed_once(url: str) -> None:
    mutation = """mutation($who: [InfluencerInput!]!) {
        upsertInfluencers(input: { influencers: $who }) { userErrors { message } } }"""
    async with socket(url) as opened:
        who: Any = [{"externalId": "by-socket", "name": "Aiko", "country": "JP", "accounts": []}]
        await opened.subscribe("a", mutation, variables={"who": who})
        [result, end] = await answer(opened, "a")
        await opened.subscribe("b", "{ influencers { totalCount } }")
        [count, _] = await answer(opened, "b")
    assert result["payload"] == {"data": {"upsertInfluencers": {"userErrors": []}}}
    assert end == {"type": "complete"}
    assert count["payload"] == {"data": {"influencers": {"totalCount": 1}}}


async def test_the_token_may_be_in_the_header_or_in_either_spelling(url: str) -> None:
    bearer = f"Bearer {STAFF}"
    for headers, payload in (
        ({"Authorization": bearer}, None),
        ({}, {"authorization": bearer}),
        ({"Authorization": "Bearer wrong"}, {"Authorization": bearer}),
    ):
        async with raw_socket(url, additional_headers=headers) as opened:
            await opened.send(type="connection_init", payload=payload)
            assert await opened.receive() == {"type": "connection_ack"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer {", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("", "INVALID_INPUT"),
        ("query A { __typename } query B { __typename }", "INVALID_INPUT"),
        ("query($id: ID!) { node(id: $id) { id } }", "INVALID_INPUT"),
    ],
)
async def test_a_wrong_document_ends_its_operation_alone(url: str, query: str, code: str) -> None:
    async with socket(url) as opened:
        await opened.subscribe("wrong", query)
        [error] = await answer(opened, "wrong")
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == code
        assert error["payload"][0]["message"]
        await opened.subscribe("right", "{ __typename }")
        assert (await answer(opened, "right"))[0]["payload"] == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("not json", "A message is not JSON."),
        ("[]", "A message must be a JSON object."),
        ("{}", "A message's `type` must be one that a client may send."),
        ('{"type": "next"}', "A message's `type` must be one that a client may send."),
        ('{"type": "subscribe", "payload": {"query": "{ __typename }"}}', "`id`"),
        ('{"type": "subscribe", "id": "", "payload": {}}', "`id`"),
        ('{"type": "subscribe", "id": 1, "payload": {}}', "`id`"),
        ('{"type": "subscribe", "id": "1"}', "`payload`"),
        ('{"type": "complete"}', "`id`"),
        ('{"type": "ping", "payload": "x"}', "`payload`"),
        (b'{"type": "ping"}', "Messages are text, not binary."),
        (f'{{"type": "ping", "payload": {{"a": {"[" * 300}{"]" * 300}}}}}', "nested too deeply"),
    ],
)
async def test_a_malformed_message_closes_with_4400(url: str, message: Any, reason: str) -> None:
    async with socket(url) as opened:
        await opened.connection.send(message)
        code, words = await opened.closed()
    assert code == 4400
    assert reason in words


async def test_text_that_is_not_utf_8_closes_with_1007(url: str) -> None:
    async with socket(url) as opened:
        await opened.connection.send(b'{"type": "\xff"}', text=True)
        assert (await opened.closed())[0] == 1007


async def test_an_operation_before_the_acknowledgement_closes_with_4401(url: str) -> None:
    async with raw_socket(url) as opened:
        await opened.subscribe("1", VIEWER)
        assert (await opened.closed())[0] == 4401


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (None, "A token is needed"),
        ({"Authorization": "Bearer wrong"}, "malformed"),
        ({"Authorization": f"Bearer {token('STAFF', seconds=-1)}"}, "has expired"),
        ({"Authorization": "Basic abc"}, "must be `Bearer`"),
        ({"Authorization": 5}, "must be `Bearer`"),
    ],
)
async def test_without_a_good_token_it_closes_with_4403(url: str, payload: Any, words: str) -> None:
    async with raw_socket(url) as opened:
        await opened.send(type="connection_init", payload=payload)
        code, reason = await opened.closed()
    assert code == 4403
    assert words in reason


@pytest.mark.parametrize("subprotocols", [None, ("graphql-ws",)])
async def test_another_subprotocol_closes_with_4406(url: str, subprotocols: Any) -> None:
    async with raw_socket(url, subprotocols=subprotocols) as opened:
        code, reason = await opened.closed()
    assert (code, reason) == (4406, "The subprotocol must be graphql-transport-ws.")


async def test_an_id_in_use_closes_with_4409(url: str) -> None:
    async with socket(url) as opened:
        slow = "{ participationEvents { totalCount } __schema { types { name } } }"
        await opened.subscribe("1", slow)
        await opened.subscribe("1", slow)
        assert await opened.closed() == (4409, "Subscriber for 1 already exists")


async def test_a_second_connection_init_closes_with_4429(url: str) -> None:
    async with socket(url) as opened:
        await opened.send(type="connection_init")
        assert (await opened.closed())[0] == 4429


async def test_an_id_may_be_used_again_once_its_operation_has_ended(url: str) -> None:
    async with socket(url) as opened:
        for _ in range(50):
            await opened.subscribe("1", "{ __typename }")
            assert [message["type"] for message in await answer(opened, "1")] == [
                "next",
                "complete",
            ]
        for _ in range(50):
            await opened.subscribe("1", VIEWER)
            await opened.send(id="1", type="complete")
        await opened.subscribe("1", "{ last: __typename }")
        # Results of earlier operations may arrive first.
        while (message := await opened.receive()).get("payload") != {"data": {"last": "Query"}}:
            assert message["type"] in ("next", "complete")


async def test_a_complete_of_what_is_unknown_or_over_is_passed_over(url: str) -> None:
    async with socket(url) as opened:
        await opened.send(id="never", type="complete")
        await opened.subscribe("1", "{ __typename }")
        await answer(opened, "1")
        await opened.send(id="1", type="complete")
        await opened.send(type="ping", payload={"n": 1})
        assert await opened.receive() == {"type": "pong", "payload": {"n": 1}}


async def test_a_ping_is_answered_before_the_acknowledgement_too(url: str) -> None:
    async with raw_socket(url) as opened:
        await opened.send(type="ping")
        assert await opened.receive() == {"type": "pong"}
        await opened.send(type="pong", payload={"unasked": True})
        await opened.send(type="ping", payload=None)
        assert await opened.receive() == {"type": "pong"}


async def test_a_message_that_is_too_large_closes_with_1009(url: str) -> None:
    async with raw_socket(url) as opened:
        await opened.send(type="connection_init", payload={"x": "y" * (33 << 10)})
        assert (await opened.closed())[0] == 1009
    async with socket(url) as opened:
        await opened.subscribe("1", "{ __typename }", variables={"x": "y" * (200 << 10)})
        assert (await answer(opened, "1"))[0]["type"] == "next"
        await opened.subscribe("2", "{ __typename }", variables={"x": "y" * (257 << 10)})
        assert (await opened.closed())[0] == 1009


async def test_a_page_of_another_origin_is_refused_before_the_handshake(url: str) -> None:
    host = url.removeprefix("http://")
    for origin in (None, f"http://{host}", f"HTTP://{host.upper()}"):
        async with raw_socket(url, origin=origin):
            pass
    for origin in ("https://evil.example", "null", f"http://{host}.evil.example"):
        with pytest.raises(InvalidStatus) as refused:
            async with raw_socket(url, origin=origin):
                pass
        assert refused.value.response.status_code == 403
        assert b"JOINERY_CORS_ORIGINS" in refused.value.response.body


async def test_another_address_has_no_websocket(url: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with raw_socket(f"{url}/other"):
            pass
    assert refused.value.response.status_code in (403, 404)


async def test_a_client_that_vanishes_takes_nothing_along(url: str) -> None:
    for _ in range(20):
        async with socket(url) as opened:
            await opened.subscribe("1", VIEWER)
            opened.connection.transport.abort()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/health/ready")).status_code == 200


async def test_operations_run_beside_each_other(url: str) -> None:
    async with socket(url) as opened:
        for number in range(30):
            await opened.subscribe(str(number), VIEWER)
        ended: set[str] = set()
        while len(ended) < 30:
            message = await opened.receive()
            if message["type"] == "complete":
                ended.add(message["id"])


UPGRADE = """GET /graphql{path} HTTP/1.1\r
Host: joinery\r
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
{headers}\r
"""


async def handshake(url: str, path: str, headers: str) -> bytes:
    """Send a handshake; return all that is answered until the connection is closed."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(UPGRADE.format(path=path, headers=headers).encode())
    async with asyncio.timeout(SECONDS):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("", f"Authorization: Bearer {'a' * 9000}\r\n", b"431"),
        (f"?x={'a' * 9000}", "", b"414"),
        ("", "".join(f"X-{number}: 1\r\n" for number in range(130)), b"431"),
        ("", "Content-Length: 5\r\n", b"400"),
        ("", "Transfer-Encoding: chunked\r\n", b"400"),
        ("", "Authorization: Bearer a\r\nAuthorization: Bearer a\r\n", b"400"),
    ],
)
async def test_a_handshake_that_cannot_be_read_is_answered(
    url: str, path: str, headers: str, status: bytes
) -> None:
    answer = await handshake(url, path, headers)
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
