"""Pages of other origins, in a real browser too, and answers that are compressed."""

import gzip
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.databases import SqliteDatabases
from tests.live import Server, serving
from tests.tokens import SECRET, STAFF, token
from tests.transport.serving import served
from transport import graphiql
from transport.app import create_app
from transport.settings import Settings

pytestmark = pytest.mark.usefixtures("own_logs")

CHROMIUM = "/usr/bin/chromium"
CONSOLE, APP = "https://console.example", "https://app.example"
INTROSPECTION = {"query": "{ __schema { types { name description fields { name } } } }"}


@asynccontextmanager
async def asking(**settings: Any) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the whole server, which has not been started and so has no database."""
    app = create_app(Settings(**({"auth_secret": SECRET, "log_level": "error"} | settings)))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://joinery") as http:
        yield http


@pytest.mark.parametrize("origins", [[CONSOLE, APP], ["*"]])
async def test_every_answer_can_be_read_on_a_page_of_an_allowed_origin(origins: list[str]) -> None:
    async with asking(cors_origins=origins) as http:

        async def status(method: str = "POST", path: str = "/graphql", **request: Any) -> int:
            headers = {"Origin": APP, **request.pop("headers", {})}
            answer = await http.request(method, path, headers=headers, **request)
            allowed = answer.headers["Access-Control-Allow-Origin"]
            assert allowed == ("*" if origins == ["*"] else APP)
            with_cookies = answer.headers.get("Access-Control-Allow-Credentials")
            assert with_cookies == (None if origins == ["*"] else "true")
            assert answer.headers["Access-Control-Expose-Headers"] == (
                "Retry-After, Idempotency-Replayed, Joinery-Read-After, X-Request-ID, RateLimit,"
                " RateLimit-Policy"
            )
            assert "Origin" in answer.headers["Vary"]
            return answer.status_code

        bad = {"Authorization": "Bearer x"}
        unknown = {"Authorization": f"Bearer {token('INFLUENCER', influencer=1)}"}
        assert await status(json={"query": "{ __typename }"}) == 200
        assert await status("GET", params={"query": "{ __typename }"}) == 200
        assert await status(content=b"{") == 415
        assert await status(json={}) == 400
        assert await status(json={"query": "{ __typename }"}, headers=bad) == 401
        assert await status("PUT") == 405
        assert await status(json={"query": "x" * (5 << 20)}) == 413
        assert await status("GET", "/graphql/") == 404
        # Without a database.
        assert await status(json={"query": "{ __typename }"}, headers=unknown) == 500


async def test_a_page_may_read_when_to_try_again() -> None:
    keys = "http://127.0.0.1:9/jwks.json"
    async with asking(auth_secret=None, auth_jwks_url=keys, cors_origins=[APP]) as http:
        answer = await http.post(
            "/graphql",
            json={"query": "{ __typename }"},
            headers={"Origin": APP, "Authorization": f"Bearer {STAFF}"},
        )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Access-Control-Allow-Origin"] == APP


@pytest.mark.parametrize("origin", ["https://evil.example", "http://app.example", f"{APP}.evil"])
async def test_a_page_of_another_origin_is_allowed_nothing(origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for settings in ({}, {"cors_origins": [APP]}):
        async with asking(**settings) as http:
            preflight = await http.options("/graphql", headers=asked)
            answer = await http.post(
                "/graphql", json={"query": "{ __typename }"}, headers={"Origin": origin}
            )
        assert "Access-Control-Allow-Origin" not in preflight.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert ("Origin" in answer.headers["Vary"]) == bool(settings)


async def test_a_preflight_lets_any_header_through() -> None:
    headers = "authorization,content-type,idempotency-key,joinery-explain,apollo-require-preflight"
    asked = {
        "Origin": APP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": headers,
    }
    async with asking(cors_origins=[CONSOLE, APP]) as http:
        answer = await http.options("/graphql", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["Access-Control-Allow-Headers"] == headers
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A browser that reaches nothing but this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1,localhost"},
        )
        yield await browser.new_page()
        await browser.close()


FETCH = """async ({url, headers, body, credentials}) => {
    try {
        const method = body ? "POST" : "GET";
        const answer = await fetch(url, {method, headers, body, credentials});
        return {
            status: answer.status,
            json: await answer.json(),
            replayed: answer.headers.get("Idempotency-Replayed"),
        };
    } catch (error) {
        return {error: String(error)};
    }
}"""


@pytest.mark.slow
async def test_a_browser_asks_from_an_allowed_origin_and_from_no_other(
    page: Page, sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    async def blank(_request: Request) -> HTMLResponse:
        return HTMLResponse("<!doctype html>")

    mutation = {
        "query": """mutation { createCampaign(input: {title: "From a page", brand: "Acme",
            type: SOCIAL, platforms: [TIKTOK]}) { campaign { title } } }"""
    }
    headers = {
        "Authorization": f"Bearer {STAFF}",
        "Content-Type": "application/json",
        "Idempotency-Key": "once",
        "Joinery-Explain": "1",
        "X-Anything": "1",
    }

    async with served(Starlette(routes=[Route("/", blank)])) as origin:
        elsewhere = origin.replace("127.0.0.1", "localhost")
        with (
            sqlite_databases.lend() as database,
            serving(database, tmp_path, {"JOINERY_CORS_ORIGINS": origin}) as api,
        ):

            async def fetch(path: str = "/graphql", body: Any = None, **request: Any) -> Any:
                text = None if body is None else httpx.Request("POST", api, json=body).content
                request = {"headers": headers, "credentials": "include", **request}
                asked = {"url": api + path, "body": text and text.decode(), **request}
                return await page.evaluate(FETCH, asked)

            await page.goto(origin)
            first, again = await fetch(body=mutation), await fetch(body=mutation)
            assert first["json"]["data"]["createCampaign"]["campaign"]["title"] == "From a page"
            assert (first["replayed"], again["replayed"]) == (None, "true")
            for refused, status in (
                (await fetch(body={}), 400),
                (await fetch(body=mutation, headers=headers | {"Authorization": "Bearer x"}), 401),
                (await fetch("/graphql/", body=mutation), 404),
            ):
                assert refused["status"] == status
                assert refused["json"]["errors"][0]["message"]
            # The tokens of the demo are for the server's own page alone.
            assert "error" in await fetch("/graphiql/config.json", headers={})

            await page.goto(elsewhere)
            assert "error" in await fetch(body=mutation)


@pytest.mark.parametrize(
    ("accept_encoding", "compressed"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("gzip;q=0", False),
        ("br, gzip;q=0.0", False),
        ("identity", False),
        ("", False),
    ],
)
async def test_a_large_answer_is_compressed_where_the_client_takes_it(
    shared_server: Server, accept_encoding: str, compressed: bool
) -> None:
    url, headers = f"{shared_server.url}/graphql", {"Accept-Encoding": accept_encoding}
    async with (
        httpx.AsyncClient() as http,
        http.stream("POST", url, json=INTROSPECTION, headers=headers) as answer,
    ):
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert int(answer.headers["Content-Length"]) == len(raw)
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert answer.headers.get("Content-Encoding") == ("gzip" if compressed else None)
    text = gzip.decompress(raw) if compressed else raw
    assert text.startswith(b'{"data":{"__schema"')
    assert not compressed or len(raw) * 3 < len(text)


async def test_a_small_answer_is_sent_as_it_is(shared_server: Server) -> None:
    answer = await shared_server.http.post("/graphql", json={"query": "{ __typename }"})
    assert "gzip" in answer.request.headers["Accept-Encoding"]
    assert "Content-Encoding" not in answer.headers


@pytest.mark.asyncio(loop_scope="module")
async def test_a_very_large_answer_is_compressed_too(tiny: httpx.AsyncClient) -> None:
    name = "x" * 300_000
    query = "query A($n: String!) { hello(name: $n) }"
    answer = await tiny.post("/graphql", json={"query": query, "variables": {"n": name}})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < 3_000
    assert answer.json() == {"data": {"hello": f"hello {name}"}}


async def test_files_of_the_page_are_compressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "page-1.js").write_text("let page = 1;" * 1_000)
    monkeypatch.setattr(graphiql, "BUILT", tmp_path)
    async with asking() as http:
        for coding in ("gzip", "identity"):
            file = await http.get("/graphiql/assets/page-1.js", headers={"Accept-Encoding": coding})
            assert file.headers.get("Content-Encoding", "identity") == coding
            assert file.headers["Vary"] == "Accept-Encoding"
            assert file.text == "let page = 1;" * 1_000
