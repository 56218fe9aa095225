"""GraphiQL for people who open /graphql in a browser, served from our own files alone.

The page is built by `make graphiql` from the Vite project in graphiql/, into static/graphiql here.
Everything it loads comes from this server, and its Content-Security-Policy forbids anything else.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypedDict

import orjson
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from transport.compression import COMPRESSION_LEVEL, MIN_COMPRESSED

_COMPRESSED = Middleware(
    GZipMiddleware, minimum_size=MIN_COMPRESSED, compresslevel=COMPRESSION_LEVEL
)

BUILT = Path(__file__).parent / "static" / "graphiql"
EXAMPLES = Path(__file__).parent.parent / "examples"

_FORBID_ALL = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# The editor writes its own style elements and attributes: those alone may be inline.
_PAGE_POLICY = (
    f"{_FORBID_ALL}; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; "
    "style-src-elem 'self' 'unsafe-inline'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:"
)
_TEXT_POLICY = f"{_FORBID_ALL}; style-src 'unsafe-inline'"

_STYLE = """<style>
  body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto }
  code { background: #8883; border-radius: .3em; padding: .1em .4em }
</style>"""

_NO_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Joinery</title>
{_STYLE}
<h1>Joinery</h1>
<p>This is the address of a GraphQL API, for programs. They POST their operations here, as JSON
  and with a token; there is no page for people.</p>
</html>
"""

_NOT_BUILT = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Joinery: GraphiQL is not built yet</title>
{_STYLE}
<h1>GraphiQL is not built yet</h1>
<p>The API itself is up: POST your operations to this address.</p>
<p>To get the page where you can read the schema and try operations out, run
  <code>make graphiql</code> (it needs Node 20.19 or newer) and load this page again.
  The server need not be restarted.</p>
</html>
"""


class Identity(TypedDict):
    """Someone the page can act as: what its menu shows, their role, and their bearer token."""

    label: str
    role: str
    token: str


class Tab(TypedDict):
    """A tab that the page opens with: an operation, and the role that it is meant for."""

    query: str
    role: str


Identities = Callable[[], Awaitable[Sequence[Identity]]]
Page = Callable[[Request], Awaitable[Response]]


def graphiql_routes(identities: Identities | None) -> list[BaseRoute]:
    """Return the files of the page and what it opens with.

    `identities` gives the ready tokens of the menu; None (production) where there must be none.
    """

    async def config(_request: Request) -> Response:
        ready: Sequence[Identity] = await identities() if identities else ()
        return Response(
            orjson.dumps({"identities": ready, "tabs": example_tabs()}),
            media_type="application/json",
            # Tokens stay with this page: no cache, and no other origin, may have them.
            headers={"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"},
        )

    return [
        Route("/graphiql/config.json", config),
        Route("/graphiql/assets/{name}", _asset, middleware=[_COMPRESSED]),
    ]


async def page(_request: Request) -> Response:
    """Answer a browser at /graphql with the page, or with how to build it."""
    index = BUILT / "index.html"
    if not index.is_file():
        return HTMLResponse(_NOT_BUILT, 503, _page_headers(_TEXT_POLICY))
    return FileResponse(index, headers=_page_headers(_PAGE_POLICY))


async def no_page(_request: Request) -> Response:
    """Answer a browser at /graphql where GraphiQL is off: with what this address is."""
    return HTMLResponse(_NO_PAGE, headers=_page_headers(_TEXT_POLICY))


def example_tabs() -> list[Tab]:
    """Return the operations of examples/, in the order of their names; each says its role."""
    return [_tab(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("*.graphql"))]


async def _asset(request: Request) -> Response:
    file = BUILT / "assets" / request.path_params["name"]
    if not file.is_file():
        raise HTTPException(404)
    # Its name holds a hash of its content, so a browser may keep it for good.
    return FileResponse(file, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _tab(query: str) -> Tab:
    role = re.search(r"^# Caller: ([A-Z]+)$", query, re.MULTILINE)
    return {"query": query, "role": role[1] if role else "STAFF"}


def _page_headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
    }
