"""Each request as operators see it: what is counted of it."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry.requests import Record, count, current_request


class Observed:
    """An application whose requests are recorded and counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or start and stop."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = Record("")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
            await send(message)

        token = current_request.set(record)
        try:
            await self._app(scope, receive, answer)
        finally:
            current_request.reset(token)
            if record.is_operation:
                count(record, perf_counter() - record.began)
