"""GraphiQL in a real browser that reaches nothing but the server, and where it is not served."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebSocket,
    async_playwright,
    expect,
)
from starlette.applications import Starlette
from starlette.routing import Route

from tests.databases import SqliteDatabases
from tests.live import ROOT, Server, serving
from tests.tokens import SECRET, STAFF
from transport import graphiql

pytestmark = pytest.mark.slow
CHROMIUM = "/usr/bin/chromium"
HTML = {"Accept": "text/html"}
SHOWN = 50
"""Characters of a line that the editor shows in a window of 1280 pixels."""
PRODUCTION = {
    "JOINERY_ENV": "production",
    "JOINERY_CONNECT_SECRET": SECRET[::-1],
}

# A loaded machine is slow to open an editor of some megabytes; nothing here waits in vain.
expect.set_options(timeout=30_000)


@dataclass
class Visit:
    """An open page, with all that it asked for and complained about."""

    page: Page
    hosts: set[str] = field(default_factory=set[str])
    complaints: list[str] = field(default_factory=list[str])

    async def run(self) -> dict[str, Any]:
        """Press the button; the answer that came."""
        async with self.page.expect_response(_is_operation) as answer:
            await self.page.locator(".graphiql-execute-button").click()
        return await (await answer.value).json()

    async def listen(self) -> WebSocket:
        """Press the button for a subscription; return the socket that carries it."""
        sent: list[str] = []

        def note(socket: WebSocket) -> None:
            socket.on("framesent", lambda frame: sent.append(str(frame)))

        self.page.once("websocket", note)
        async with self.page.expect_websocket() as opened:
            await self.page.locator(".graphiql-execute-button").click()
        async with asyncio.timeout(30):
            while not any('"subscribe"' in frame for frame in sent):
                await asyncio.sleep(0.05)
        return await opened.value

    async def open_tab(self, name: str) -> None:
        """Switch to the tab of this operation, until GraphiQL has taken it in and kept it."""
        await self.page.locator(".graphiql-tab").get_by_text(name, exact=True).click()
        await self.page.wait_for_function(
            """name => Object.entries(localStorage).some(
                 ([key, value]) => key.endsWith(':query') && value.includes(` ${name}`))""",
            arg=name,
        )
        await self.have_caller()

    async def have_plan(self, plan: str) -> None:
        """Wait until the page has given this plan to the operation of the open tab."""
        await expect(self.page.locator(".graphiql-editor-tool")).to_contain_text(f'"{plan}"')

    async def have_caller(self) -> None:
        """Wait until the page says who one is."""
        await expect(self.page.get_by_label("You are")).not_to_have_value("")


@pytest.fixture(scope="module")
def built() -> None:
    """The page, built where it is not yet."""
    if (graphiql.BUILT / "index.html").is_file():
        return
    if not shutil.which("npm"):
        pytest.skip("Node builds the page, and there is none")
    subprocess.run(["make", "graphiql"], cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def demo_url(
    sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server on a small database of demo data."""
    folder = tmp_path_factory.mktemp("demo")
    with sqlite_databases.lend() as url:
        _fill(url, folder)
        with serving(url, folder) as address:
            yield address


@pytest.fixture
async def own_demo(sqlite_databases: SqliteDatabases, tmp_path: Path) -> AsyncIterator[Server]:
    """A server on demo data that no other test sees."""
    with sqlite_databases.lend() as url:
        _fill(url, tmp_path)
        with serving(url, tmp_path) as address:
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                yield Server(address, http)


@pytest.fixture
async def visit(built: None, demo_url: str) -> AsyncIterator[Visit]:
    """The page as someone sees it who opens it for the first time.

    The browser's network ends at this machine: all else goes to a proxy that is not there.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],
            proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"},
        )
        yield await _open(await browser.new_context(), demo_url)
        await browser.close()


async def _open(context: BrowserContext, demo_url: str) -> Visit:
    """Open the page in a window of a browser."""
    visit = Visit(await context.new_page())
    visit.page.on("request", lambda request: visit.hosts.add(_host(request)))
    visit.page.on("console", lambda message: visit.complaints.extend(_complaint(message)))
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    await visit.page.goto(f"{demo_url}/graphql")
    await visit.have_caller()
    return visit


async def test_the_first_operation_runs_and_its_answer_shows(visit: Visit) -> None:
    answer = await visit.run()
    title = answer["data"]["campaigns"]["nodes"][0]["title"]
    await expect(visit.page.locator(".graphiql-response")).to_contain_text(title)


async def test_a_click_on_the_open_tab_keeps_who_you_are(visit: Visit) -> None:
    menu = visit.page.get_by_label("You are")
    await expect(menu).not_to_have_value("")
    chosen = await menu.input_value()
    await visit.open_tab("FindTheCampaign")
    assert "errors" not in await visit.run()
    assert await menu.input_value() == chosen


async def test_it_runs_within_its_policy_and_asks_no_other_host(
    visit: Visit, demo_url: str
) -> None:
    await visit.run()
    for plugin in ("Documentation Explorer", "GraphiQL Explorer"):
        await visit.page.get_by_label(f"Show {plugin}").click()
        await expect(visit.page.get_by_label(f"Hide {plugin}")).to_be_visible()
    assert visit.complaints == []
    assert visit.hosts == {urlsplit(demo_url).netloc}


async def test_the_tabs_tell_the_story_of_a_force_join(visit: Visit, demo_url: str) -> None:
    async def run(tab: str) -> Any:
        return await _answer(visit, tab)

    campaign = (await run("FindTheCampaign"))["campaigns"]["nodes"][0]
    assert campaign["selection"]
    rows = (await run("SelectTab"))["campaign"]["candidates"]["nodes"]
    assert {row["status"] for row in rows} == {"AVAILABLE"}
    tried = (await run("MarkAsJoined"))["markJoined"]["results"]
    statuses = [row["candidateStatus"] for row in tried]
    assert statuses == ["JOINED", "WAITING", "WAITING", "UNAVAILABLE"]
    assert tried[3]["error"]["code"] == "INFLUENCER_UNAVAILABLE"
    jobs = (await run("MyJob"))["myJobs"]["nodes"]
    assert campaign["title"] in [
        job["campaign"]["title"]
        for job in jobs
        if job["requiredAction"] and job["requiredAction"]["type"] == "SELECT_ACCOUNT"
    ]
    live = await _open(visit.page.context, demo_url)
    await live.open_tab("Live")
    await live.listen()
    selected = (await run("SelectAccount"))["selectAccount"]
    assert (selected["outcome"], selected["participation"]["status"]) == ("CHANGED", "APPLIED")
    applicants = (await run("ApplicantTab"))["campaign"]["applicants"]["nodes"]
    assert "APPLIED" in {applicant["applicantStatus"] for applicant in applicants}
    (approved,) = (await run("Approve"))["setApplicantStatus"]["results"]
    assert approved["participation"]["applicantStatus"] == "APPROVED"
    shown = live.page.locator(".graphiql-response")
    await expect(shown).to_contain_text('"action": "APPROVE"')
    await expect(shown).to_contain_text(approved["participation"]["influencer"]["name"])
    assert live.complaints == []
    history = (await run("History"))["participation"]["events"]["nodes"]
    assert [event["action"] for event in history][-2:] == ["SELECT_ACCOUNT", "APPROVE"]
    assert history[-1]["decision"]["rule"].startswith("APPROVE")


async def test_a_tab_tells_who_would_gain_and_lose_the_campaign_by_other_rules(
    visit: Visit,
) -> None:
    told = (await _answer(visit, "WhatIf"))["campaign"]["whatIf"]
    assert told["available"]["count"] > 0
    assert told["gained"]["count"] > 0 < told["lost"]["count"]
    gained = told["gainedCandidates"]["nodes"]
    assert {row["influencer"]["country"] for row in gained} == {"US"}
    assert all(row["unavailableReasons"] for row in gained)
    assert told["lostCandidates"]["nodes"]


async def test_the_tabs_make_a_plan_show_its_progress_and_take_it_back(
    visit: Visit, demo_url: str
) -> None:
    before = await _counts(visit)
    made = (await _answer(visit, "CreatePlan"))["createPlan"]["plan"]["id"]
    plan = await _frozen(visit, made)
    changed = plan["summary"]["changed"]
    assert changed == plan["items"]["totalCount"] > 0
    assert (plan["summary"]["refused"], plan["refusals"]) == (0, [])
    assert {item["to"] for item in plan["items"]["nodes"]} <= {"WAITING", "APPROVED"}

    window = await _open(visit.page.context, demo_url)
    await window.open_tab("FollowPlan")
    await _apply(visit, window, made, changed)
    after = await _counts(visit)
    assert before["AVAILABLE"] - after["AVAILABLE"] == changed

    undo = (await _answer(visit, "UndoPlan", made))["undoPlan"]["plan"]
    assert (undo["action"], undo["undoes"]["id"]) == ("REMOVE", made)
    assert (await _frozen(visit, undo["id"]))["summary"]["changed"] == changed
    # As when one goes back to it: to a browser without a screen every window has the focus always.
    await window.page.evaluate("dispatchEvent(new Event('focus'))")
    await _apply(visit, window, undo["id"], changed)
    assert await _counts(visit) == before
    assert visit.complaints == window.complaints == []


async def _answer(visit: Visit, tab: str, plan: str | None = None) -> Any:
    """Run the operation of a tab, about this plan; its data."""
    await visit.open_tab(tab)
    if plan:
        await visit.have_plan(plan)
    answer = await visit.run()
    assert "errors" not in answer
    return answer["data"]


async def _counts(visit: Visit) -> dict[str, int]:
    """The numbers of candidates by status."""
    counts = (await _answer(visit, "SelectTab"))["campaign"]["candidateCounts"]
    return {each["status"]: each["count"] for each in counts}


async def _frozen(visit: Visit, plan: str) -> Any:
    """Look at a plan until its list is frozen."""
    async with asyncio.timeout(30):
        looked = await _answer(visit, "LookAtPlan", plan)
        while looked["plan"]["status"] == "PREPARING":
            looked = (await visit.run())["data"]
    assert looked["plan"]["status"] == "READY"
    return looked["plan"]


async def _apply(visit: Visit, window: Visit, plan: str, total: int) -> None:
    """Apply a plan while a second window follows it, which shows where it is until its end."""
    shown = window.page.locator(".graphiql-response")
    await window.have_plan(plan)
    socket = await window.listen()
    await expect(shown).to_contain_text('"status": "READY"')
    await expect(shown).to_contain_text('"done": 0')
    assert not socket.is_closed()
    assert (await _answer(visit, "ApplyPlan", plan))["applyPlan"]["userErrors"] == []
    await expect(shown).to_contain_text('"status": "APPLIED"')
    await expect(shown).to_contain_text(f'"changed": {total}')


async def test_the_tabs_keep_their_campaign_after_the_creator_has_withdrawn(
    visit: Visit, own_demo: Server
) -> None:
    creator = await _creator(own_demo)
    job = (await own_demo.data("{ myJobs { nodes { id } } }", token=creator))["myJobs"]["nodes"][0]
    payload = await own_demo.data(WITHDRAW, {"id": job["id"]}, creator)
    assert payload["withdraw"]["outcome"] == "CHANGED"

    later = await _open(visit.page.context, own_demo.url)

    made = (await _answer(later, "CreatePlan"))["createPlan"]["plan"]["id"]
    assert (await _frozen(later, made))["summary"]["changed"] > 0
    history = (await _answer(later, "History"))["participation"]
    assert history["status"] == "REMOVED"
    assert history["events"]["nodes"][-1]["action"] == "WITHDRAW"


async def test_the_tabs_tell_of_a_running_campaign_also_where_the_creator_has_no_part(
    visit: Visit, own_demo: Server
) -> None:
    campaign = (await own_demo.data(OLDEST, token=STAFF))["campaigns"]["nodes"][0]
    await own_demo.data(CANCEL, {"id": campaign["id"]}, STAFF)

    later = await _open(visit.page.context, own_demo.url)

    told = (await _answer(later, "SelectTab"))["campaign"]
    assert told["title"] != campaign["title"]
    assert told["candidates"]["totalCount"] > 0
    await later.open_tab("SelectAccount")
    await expect(later.page.locator(".graphiql-editor-tool")).not_to_contain_text("Id")


OLDEST = "{ campaigns(orderBy: CREATED_ASC, first: 1) { nodes { id title } } }"
CANCEL = """mutation ($id: ID!) {
  updateCampaign(input: { id: $id, status: CANCELLED }) { userErrors { message } }
}"""
WITHDRAW = "mutation ($id: ID!) { withdraw(input: { participationId: $id }) { outcome } }"


async def _creator(server: Server) -> str:
    """Return the token of the creator about whom the story is told."""
    config = (await server.http.get("/graphiql/config.json")).json()
    return next(each["token"] for each in config["identities"] if each["role"] == "INFLUENCER")


async def test_choosing_who_you_are_sends_their_token_and_reads_the_schema_again(
    visit: Visit,
) -> None:
    menu = visit.page.get_by_label("You are")
    async with visit.page.expect_request(_is_introspection) as introspection:
        await menu.select_option(label="nobody (no token)")
    assert "authorization" not in (await introspection.value).headers
    assert (await visit.run())["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"

    async with visit.page.expect_request(_is_introspection) as introspection:
        await menu.select_option(index=1)
    token = (await introspection.value).headers["authorization"]
    await visit.page.get_by_role("button", name="Headers").click()
    await expect(visit.page.locator(".graphiql-editor-tool")).to_contain_text(token[:20])
    assert (await visit.run())["data"]["campaigns"]["totalCount"] == 1


async def test_a_subscription_ends_when_one_becomes_somebody_else(visit: Visit) -> None:
    await visit.open_tab("Live")
    socket = await visit.listen()
    async with visit.page.expect_request(_is_introspection), socket.expect_event("close"):
        await visit.page.get_by_label("You are").select_option(label="nobody (no token)")
    await visit.page.locator(".graphiql-execute-button").click()
    await expect(visit.page.locator(".graphiql-response")).to_contain_text("4403")


async def test_a_subscription_ends_when_another_tab_is_opened(visit: Visit) -> None:
    await visit.open_tab("Live")
    socket = await visit.listen()
    async with socket.expect_event("close"):
        await visit.open_tab("History")


async def test_what_was_open_is_open_again_after_a_reload_until_one_starts_over(
    visit: Visit,
) -> None:
    editor = visit.page.locator(".graphiql-query-editor")
    variables = visit.page.locator(".graphiql-editor-tool")
    await visit.open_tab("SelectTab")
    await expect(variables).to_contain_text("campaignId")
    await visit.page.wait_for_function(
        """() => Object.entries(localStorage).some(([key, value]) =>
             key.endsWith(':tabState') && JSON.parse(value).activeTabIndex === 1)"""
    )
    await visit.page.reload()
    await expect(editor).to_contain_text("SelectTab")
    await expect(variables).to_contain_text("campaignId")
    await visit.page.get_by_text("Start over").click()
    await expect(editor).to_contain_text("FindTheCampaign")


def test_the_policy_lets_only_our_own_files_run(built: None, demo_url: str) -> None:
    answer = httpx.get(f"{demo_url}/graphql", headers=HTML)
    policy = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";")
    )
    assert answer.status_code == 200
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == "'self'"
    assert "script-src-elem" not in policy


def test_production_tells_a_browser_what_this_is_and_gives_no_tokens(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with sqlite_databases.lend() as url, serving(url, tmp_path, PRODUCTION) as address:
        answer = httpx.get(f"{address}/graphql", headers=HTML)
        assert answer.status_code == 200
        assert "This is the address of a GraphQL API" in answer.text
        assert "graphiql" not in answer.text.lower()
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        for parameter in ("query", "documentId", "extensions"):
            asked = httpx.get(f"{address}/graphql", params={parameter: "{}"}, headers=HTML)
            assert "html" not in asked.headers["Content-Type"]
        assert httpx.get(f"{address}/graphiql/config.json").status_code == 404


def test_production_that_turns_it_on_gives_no_tokens(
    built: None, sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    turned_on = PRODUCTION | {"JOINERY_GRAPHIQL": "true"}
    with sqlite_databases.lend() as url, serving(url, tmp_path, turned_on) as address:
        assert "<html" in httpx.get(f"{address}/graphql", headers=HTML).text
        assert httpx.get(f"{address}/graphiql/config.json").json()["identities"] == []


async def test_where_it_is_not_built_the_page_tells_how(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(graphiql, "BUILT", tmp_path)
    app = Starlette(routes=[Route("/graphql", graphiql.page), *graphiql.graphiql_routes(None)])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://joinery") as http:
        answer = await http.get("/graphql")
        asset = await http.get("/graphiql/assets/index.js")
    assert answer.status_code == 503
    assert "make graphiql" in answer.text
    assert asset.status_code == 404


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """What the server promises."""
    return build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))


def test_every_example_is_valid_and_says_whom_it_is_for(schema: GraphQLSchema) -> None:
    tabs = graphiql.example_tabs()
    assert len(tabs) == len(list((ROOT / "examples").glob("*.graphql"))) > 0
    for tab in tabs:
        assert validate(schema, parse(tab["query"])) == []
        assert f"\n# Caller: {tab['role']}\n" in tab["query"]


def test_no_line_of_an_example_is_cut_off_in_a_window_of_1280_pixels() -> None:
    lines = [line for tab in graphiql.example_tabs() for line in tab["query"].splitlines()]
    assert [line for line in lines if len(line) > SHOWN] == []


def _fill(database_url: str, folder: Path) -> None:
    subprocess.run(
        [sys.executable, ROOT / "server.py", "demo", "--campaigns", "12", "--influencers", "300"],
        cwd=folder,
        env={"JOINERY_DATABASE_URL": database_url},
        check=True,
        capture_output=True,
    )


def _host(request: Request) -> str:
    url = urlsplit(request.url)
    return url.netloc or url.scheme


def _complaint(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type in ("error", "warning") else []


def _is_operation(answer: Response) -> bool:
    request = answer.request
    return request.url.endswith("/graphql") and not _is_introspection(request)


def _is_introspection(request: Request) -> bool:
    return "IntrospectionQuery" in (request.post_data or "")
