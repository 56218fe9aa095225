"""Trusted documents over HTTP: asked for by id, and believed alone where the setting says so."""

import hashlib
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx
import orjson
import pytest

from tests.databases import SqliteDatabases
from tests.live import serving
from tests.tokens import STAFF
from tests.transport.conftest import only_error

pytestmark = pytest.mark.slow

QUERY = "query Mine { viewer { id } }"
CREATE = """mutation Create($input: CreateCampaignInput!) {
    createCampaign(input: $input) { campaign { id } }
}"""
CAMPAIGN = {
    "title": "T",
    "brand": "B",
    "type": "SOCIAL",
    "selection": True,
    "platforms": ["INSTAGRAM"],
}
MANIFEST = {"md5-of-relay": CREATE}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def address(
    sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Generator[str]:
    """The address of a server that believes two documents alone."""
    folder = tmp_path_factory.mktemp("trusted")
    (folder / "Mine.graphql").write_text(f"{QUERY}\n")
    (folder / "relay.json").write_bytes(orjson.dumps(MANIFEST))
    settings = {"JOINERY_TRUSTED_DOCUMENTS": str(folder), "JOINERY_TRUSTED_ONLY": "true"}
    with (
        sqlite_databases.lend() as url,
        serving(url, tmp_path_factory.mktemp("server"), settings) as served,
    ):
        yield served


@pytest.fixture
async def http(address: str) -> AsyncGenerator[httpx.AsyncClient]:
    headers = {
        "Accept": "application/graphql-response+json",
        "Authorization": f"Bearer {STAFF}",
    }
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        yield client


def by_hash(digest: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": sha256(QUERY)},
        {"documentId": f"sha256:{sha256(QUERY)}"},
        {"documentId": f"sha256:{sha256(QUERY)}", "operationName": "Mine"},
        by_hash(sha256(QUERY)),
        by_hash(f"sha256:{sha256(QUERY)}"),
        {"query": QUERY},
    ],
)
async def test_a_document_is_asked_for_by_post_and_by_get(
    http: httpx.AsyncClient, named: dict[str, Any]
) -> None:
    posted = await http.post("/graphql", json=named)
    assert posted.json()["data"]["viewer"]["id"]
    texts = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in named.items()
    }
    got = await http.get("/graphql", params=texts)
    assert (got.status_code, got.content) == (200, posted.content)


async def test_a_mutation_is_the_same_call_by_id_and_by_text(http: httpx.AsyncClient) -> None:
    ways = [{"documentId": "md5-of-relay"}, {"query": CREATE}, {"documentId": sha256(CREATE)}]
    answers: list[httpx.Response] = []
    for way in ways:
        body = {**way, "variables": {"input": CAMPAIGN}}
        answers.append(
            await http.post("/graphql", json=body, headers={"Idempotency-Key": "create-once"})
        )
    assert answers[0].json()["data"]["createCampaign"]["campaign"]["id"]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [
        None,
        "true",
        "true",
    ]


async def test_a_mutation_by_get_is_405(http: httpx.AsyncClient) -> None:
    answer = await http.get("/graphql", params={"documentId": "md5-of-relay"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("named", [{"documentId": "unknown"}, by_hash("0" * 64)])
async def test_an_id_that_is_not_known_is_told_and_that_its_text_does_not_help(
    http: httpx.AsyncClient, named: dict[str, Any]
) -> None:
    error = only_error(await http.post("/graphql", json=named))
    assert error["message"].startswith("PersistedQueryNotFound: ")
    assert "does not help to send its text" in error["message"]
    assert error["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}


async def test_an_id_is_text(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"documentId": 7})
    assert (answer.status_code, "`documentId`" in answer.text) == (400, True)


@pytest.mark.parametrize(
    "query", ["{ viewer { id } }", "{ __schema { queryType { name } } }", f"{QUERY} # else"]
)
async def test_other_documents_are_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.post("/graphql", json={"query": query})
    assert answer.status_code == 400
    assert only_error(answer)["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}


async def test_without_a_token_a_trusted_document_is_refused(http: httpx.AsyncClient) -> None:
    del http.headers["Authorization"]
    for body in ({"documentId": sha256(QUERY)}, {"query": QUERY}, {"query": "{ viewer { id } }"}):
        answer = await http.post("/graphql", json=body)
        assert answer.status_code == 401
        assert only_error(answer)["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_browser_gets_no_page_that_could_ask_for_nothing(http: httpx.AsyncClient) -> None:
    answer = await http.get("/graphql", headers={"Accept": "text/html"})
    assert "there is no page for people" in answer.text
