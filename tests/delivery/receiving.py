"""A receiver of webhooks: a real HTTP server in the test's event loop, which verifies messages."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook as Verifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.data import SECRET
from tests.transport.serving import served


@dataclass(frozen=True)
class Received:
    """A received message."""

    id: str
    body: str
    headers: Mapping[str, str]
    data: Mapping[str, Any]
    "The result of the selection."
    place: int
    "The number of messages before it."


Answering = Callable[[Received], Awaitable[Response]]


async def take(_: Received) -> Response:
    """Accept the message."""
    return Response(status_code=204)


@dataclass
class Receiver:
    """A receiver with the messages that have come, and its way to answer."""

    url: str = ""
    secret: str = SECRET
    answer: Answering = take
    got: list[Received] = field(default_factory=list[Received])
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, request: Request) -> Response:
        """Receive a message, and verify its signature."""
        body = (await request.body()).decode()
        headers = dict(request.headers)
        content = Verifier(self.secret).verify(body, headers)
        received = Received(headers["webhook-id"], body, headers, content["data"], len(self.got))
        self.got.append(received)
        return await self.answer(received)

    async def hang(self, _: Received) -> Response:
        """Give no answer while the test runs."""
        await self.is_over.wait()
        return Response()

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, in order of arrival."""
        return [received.id for received in self.got]


def answering(*statuses: int, **headers: str) -> Answering:
    """Answer with these statuses, one after the other; the last one for all others."""

    async def answer(received: Received) -> Response:
        status = statuses[min(received.place, len(statuses) - 1)]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(status_code=status, headers=named)

    return answer


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    async with served(app) as url:
        receiver.url = f"{url}/hook"
        try:
            yield receiver
        finally:
            receiver.is_over.set()
