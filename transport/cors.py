"""Browsers on pages of other origins (CORS)."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

PRIVATE = "/graphiql/"
"Here are tokens for our own page, which pages of other origins must not read."


def with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Let pages of these origins, or of any (`*`), ask the API; none may without this.

    Tokens are in a header that a page must set itself, so any other header is harmless. Cookies
    mean nothing here; they are let through, for a proxy in front, where origins are named.
    """
    allowing = CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
        allow_credentials="*" not in origins,
        expose_headers=[
            "Retry-After",
            "Idempotency-Replayed",
            "Joinery-Read-After",
            "X-Request-ID",
            "RateLimit",
            "RateLimit-Policy",
        ],
    )

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_private = scope.get("path", "").startswith(PRIVATE)
        await (app if is_private else allowing)(scope, receive, send)

    return serve
