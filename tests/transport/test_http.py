"""GraphQL over HTTP: every way of asking wrongly gets a clear answer in JSON, and a status."""

import json
from typing import Any

import httpx
import orjson
import pytest

from tests.transport.conftest import only_error
from transport.logs import configure_logs

# One server for all of this file, hence one event loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


async def post(client: httpx.AsyncClient, accept: str = GRAPHQL, **body: Any) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"Accept": accept})


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.9", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        (f"{JSON};q=0, */*;q=0.1", GRAPHQL),
        ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
        (f'{JSON};profile="a,b;q=0";q=0.4, {GRAPHQL};q=0.2', JSON),
        (f"{GRAPHQL}; Q=0.1, {JSON}; q = 0.2", JSON),
        (f"{JSON};q=nan, {GRAPHQL};q=0.1", GRAPHQL),
        (f"{GRAPHQL};q=2, {JSON}", GRAPHQL),
        (",", JSON),
        (f'{GRAPHQL};x="', GRAPHQL),
    ],
)
async def test_the_client_chooses_the_media_type(
    tiny: httpx.AsyncClient, accept: str | None, media_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    if accept is None:
        del tiny.headers["Accept"]
    answer = await tiny.post("/graphql", json={"query": "{ hello }"}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    assert answer.json() == {"data": {"hello": "hello world"}}


@pytest.mark.parametrize(
    ("first", "second", "media_type"),
    [
        ("text/html", JSON, JSON),
        (JSON, GRAPHQL, GRAPHQL),
        (GRAPHQL, JSON, GRAPHQL),
        (f"{JSON};q=0.2", f"text/html, {GRAPHQL};q=0.1", JSON),
    ],
)
async def test_several_lines_of_accept_are_one_list(
    tiny: httpx.AsyncClient, first: str, second: str, media_type: str
) -> None:
    del tiny.headers["Accept"]
    headers = [("Accept", first), ("Accept", second)]
    answer = await tiny.post("/graphql", json={"query": "{ hello }"}, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"data": {"hello": "hello world"}})
    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Authorization", ["Bearer x", "Bearer y"]),
        ("Authorization", ["Bearer x", "Bearer x"]),
        ("Authorization", ["", "Bearer x"]),
        ("Content-Type", [JSON, "text/plain"]),
        ("Idempotency-Key", ["a", "b"]),
    ],
)
async def test_a_header_that_is_no_list_may_have_one_line(
    tiny: httpx.AsyncClient, name: str, values: list[str]
) -> None:
    del tiny.headers["Authorization"]
    content_type = [] if name == "Content-Type" else [("Content-Type", JSON)]
    answer = await tiny.post(
        "/graphql",
        content=b'{"query": "{ __typename }"}',
        headers=[*content_type, *((name, value) for value in values)],
    )
    assert answer.status_code == 400
    error = only_error(answer)
    assert name in error["message"]
    assert error["extensions"] == {"code": "INVALID_INPUT"}


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", "image/*, text/plain"])
async def test_what_cannot_be_answered_in_a_wanted_media_type_is_406(
    tiny: httpx.AsyncClient, accept: str
) -> None:
    answer = await post(tiny, accept, query="{ hello }")
    assert answer.status_code == 406
    assert only_error(answer)["extensions"] == {"code": "INVALID_INPUT"}


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b'"x"', 400, "must be a JSON object"),
        (b"null", 400, "must be a JSON object"),
        (b"7", 400, "must be a JSON object"),
        (b'[{"query": "{ hello }"}]', 400, "Batches"),
        (b"{}", 400, "`query` is missing"),
        (b'{"query": ""}', 400, "`query` is missing"),
        (b'{"query": 5}', 400, "`query` is missing"),
        (b'{"query": "{ hello }", "operationName": 5}', 400, "`operationName`"),
        (b'{"query": "{ hello }", "variables": []}', 400, "`variables`"),
        (b'{"query": "{ hello }", "extensions": "x"}', 400, "`extensions`"),
        (b'{"query": "{ hello }", "variables": {"a": "\\ud800"}}', 400, "not JSON"),
        (b'{"query": "\xff"}', 400, "not JSON"),
        (b'{"query": "{ hello }", "variables": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400, "JSON"),
    ],
)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_body_that_is_no_graphql_request_is_refused(
    tiny: httpx.AsyncClient, body: bytes, status: int, says: str, accept: str
) -> None:
    answer = await tiny.post(
        "/graphql", content=body, headers={"Content-Type": JSON, "Accept": accept}
    )
    assert answer.status_code == status
    assert "data" not in answer.json()
    error = only_error(answer)
    assert says in error["message"]
    assert error["extensions"] == {"code": "INVALID_INPUT"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/graphql"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json; charset=klingon"},
        {"Content-Type": "application/json; odata.metadata=none; charset=latin-1"},
        {"Content-Type": "application/json, application/json"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "identity, br"},
        {},
    ],
)
async def test_only_json_in_utf8_is_taken(tiny: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await tiny.post("/graphql", content=b'{"query": "{ hello }"}', headers=headers)
    assert answer.status_code == 415
    assert only_error(answer)["extensions"] == {"code": "INVALID_INPUT"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; odata.metadata=minimal"},
        {"Content-Type": 'application/json; profile="https://a.example/charset=latin-1;b"'},
        {"Content-Type": "application/json; charset=us-ascii"},
        {"Content-Type": 'Application/JSON; Charset="UTF-8"; v=1'},
        {"Content-Type": "application/json;"},
        {"Content-Type": JSON, "Content-Encoding": "Identity"},
        {"Content-Type": JSON, "Content-Encoding": "identity, identity"},
        {"Content-Type": JSON, "Content-Encoding": ""},
    ],
)
async def test_what_is_said_beside_json_in_utf8_does_not_matter(
    tiny: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await tiny.post("/graphql", content=b'{"query": "{ hello }"}', headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"data": {"hello": "hello world"}})


async def test_a_compressed_body_is_told_that_none_is_taken(tiny: httpx.AsyncClient) -> None:
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
    answer = await tiny.post("/graphql", content=b"x", headers=headers)
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")


@pytest.mark.parametrize("megabytes", [5, 10])
async def test_a_body_that_is_too_large_is_refused(tiny: httpx.AsyncClient, megabytes: int) -> None:
    name = "x" * (megabytes << 20)
    answer = await post(
        tiny, query="query A($n: String!) { hello(name: $n) }", variables={"n": name}
    )
    assert answer.status_code == 413
    assert "4 MiB" in only_error(answer)["message"]


async def test_a_body_of_almost_4_mib_is_taken(tiny: httpx.AsyncClient) -> None:
    name = "x" * ((4 << 20) - 200)
    answer = await post(
        tiny, query="query A($n: String!) { hello(name: $n) }", variables={"n": name}
    )
    assert answer.json()["data"]["hello"] == f"hello {name}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{hello" * 5000}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{" + "hello " * 60_000 + "}"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{" + "hello " * 5_000 + "}"}, "COST_LIMIT"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "fragment A on Query { hello }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ hello(nme: 1) }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ number(given: "x") }'}, "INVALID_INPUT"),
        ({"query": "{ number(given: 3000000000) }"}, "INVALID_INPUT"),
        ({"query": '{ moment(given: "yesterday") }'}, "INVALID_INPUT"),
        (
            {"query": "query A($n: Int!) { number(given: $n) }", "variables": {"n": "x"}},
            "INVALID_INPUT",
        ),
        ({"query": "query A($n: Int!) { number(given: $n) }"}, "INVALID_INPUT"),
        (
            {
                "query": "query A($n: DateTime!) { moment(given: $n) }",
                "variables": {"n": "yesterday"},
            },
            "INVALID_INPUT",
        ),
        ({"query": "query A { hello } query B { hello }"}, "INVALID_INPUT"),
        ({"query": "query A { hello }", "operationName": "B"}, "INVALID_INPUT"),
        ({"query": "query A { hello }", "operationName": ""}, "INVALID_INPUT"),
        ({"query": "subscription { ticks }"}, "INVALID_INPUT"),
    ],
)
async def test_a_request_that_cannot_be_executed_is_told_why(
    tiny: httpx.AsyncClient, body: dict[str, Any], code: str
) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        answer = await post(tiny, accept, **body)
        assert answer.status_code == status
        assert "data" not in answer.json()
        assert only_error(answer)["extensions"] == {"code": code}


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL, 400), (JSON, 200)])
@pytest.mark.parametrize("query", [{}, {"query": None}, {"query": ""}])
async def test_a_hash_without_its_query_is_not_supported(
    tiny: httpx.AsyncClient, query: dict[str, Any], accept: str, status: int
) -> None:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    for answer in (
        await post(tiny, accept, **query, extensions=extensions),
        await tiny.get(
            "/graphql",
            params={"operationName": "Q", "extensions": orjson.dumps(extensions).decode()},
            headers={"Accept": accept},
        ),
    ):
        assert answer.status_code == status
        error = only_error(answer)
        assert error["message"] == "PersistedQueryNotSupported"
        assert error["extensions"] == {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}


async def test_a_query_with_a_hash_beside_it_runs(tiny: httpx.AsyncClient) -> None:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    answer = await post(tiny, query="{ hello }", extensions=extensions)
    assert answer.json() == {"data": {"hello": "hello world"}}
    refused = await post(tiny, extensions={"persistedQuery": None})
    assert "`query` is missing" in only_error(refused)["message"]


async def test_the_named_one_of_several_operations_runs(tiny: httpx.AsyncClient) -> None:
    query = "query A { number } query B { hello }"
    answer = await post(tiny, query=query, operationName="B")
    assert answer.json() == {"data": {"hello": "hello world"}}


async def test_an_address_may_have_any_characters(tiny: httpx.AsyncClient) -> None:
    for name in ("葵 &+%", "%E8%91%B5"):
        answer = await tiny.get("/graphql", params={"query": f'{{ hello(name: "{name}") }}'})
        assert answer.json() == {"data": {"hello": f"hello {name}"}}


async def test_a_get_may_query(tiny: httpx.AsyncClient) -> None:
    params = {
        "query": "query A($n: String!) { hello(name: $n) }",
        "variables": '{"n": "you"}',
        "operationName": "A",
        "extensions": "{}",
    }
    answer = await tiny.get("/graphql", params=params)
    assert answer.json() == {"data": {"hello": "hello you"}}


async def test_a_head_is_a_get_without_its_body(tiny: httpx.AsyncClient) -> None:
    got, headed = [
        await tiny.request(method, "/graphql", params={"query": "{ hello }"})
        for method in ("GET", "HEAD")
    ]
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["Content-Length"] == got.headers["Content-Length"]
    refused = await tiny.head("/graphql", params={"query": "mutation { bump }"})
    assert refused.status_code == 405


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
@pytest.mark.parametrize("key", ["", "once"])
async def test_variables_may_be_nested_30_deep(
    tiny: httpx.AsyncClient, key: str, accept: str, as_text: bool
) -> None:
    async def answer(levels: int) -> httpx.Response:
        value: Any = 1
        for level in range(levels):
            value = [value] if level % 2 else {"a": value, "b": [1]}
        body = {"query": "{ hello }", "variables": {"unused": value}}
        headers = {"Accept": accept, **({"Idempotency-Key": key} if key else {})}
        if as_text:
            params = {"query": "{ hello }", "variables": json.dumps(body["variables"])}
            return await tiny.get("/graphql", params=params, headers=headers)
        return await tiny.post("/graphql", json=body, headers=headers)

    assert (await answer(28)).json() == {"data": {"hello": "hello world"}}
    for levels in (31, 300):
        refused = await answer(levels)
        assert refused.status_code == 400
        error = only_error(refused)
        assert "30 levels" in error["message"]
        assert error["extensions"] == {"code": "INVALID_INPUT"}


@pytest.mark.parametrize("name", ["variables", "extensions"])
async def test_in_a_body_an_object_is_no_text(tiny: httpx.AsyncClient, name: str) -> None:
    body: dict[str, Any] = {"query": "{ hello }", name: "{}"}
    answer = await tiny.post("/graphql", json=body)
    assert answer.status_code == 400
    assert only_error(answer)["message"] == f"`{name}` must be a JSON object, not its text."


async def test_a_get_may_not_change_anything(tiny: httpx.AsyncClient) -> None:
    answer = await tiny.get("/graphql", params={"query": "mutation { bump }"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "POST" in only_error(answer)["message"]


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query={hello}&variables={",
        "query={hello}&variables=[]",
        'query={hello}&variables="{}"',
        "query={hello}&query={number}",
        'query={hello(name:"%ff")}',
        'query={hello(name:"%ed%a0%80")}',
    ],
)
async def test_a_get_that_cannot_be_read_is_refused(
    tiny: httpx.AsyncClient, query_string: str
) -> None:
    answer = await tiny.get(f"/graphql?{query_string}")
    assert answer.status_code == 400
    assert only_error(answer)["extensions"] == {"code": "INVALID_INPUT"}


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL, 401), (JSON, 200)])
@pytest.mark.parametrize(
    "query",
    [
        "{ hello }",
        "{ __typename hello @skip(if: true) }",
        "{ ...A } fragment A on Query { ... { hello } }",
        "mutation { bump }",
    ],
)
async def test_without_a_token_nothing_is_executed(
    tiny: httpx.AsyncClient, query: str, accept: str, status: int
) -> None:
    del tiny.headers["Authorization"]
    answer = await post(tiny, accept, query=query)
    assert answer.status_code == status
    assert "data" not in answer.json()
    assert only_error(answer)["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    "query",
    [
        "{ __typename }",
        "{ __schema { queryType { name } } }",
        '{ ...A } fragment A on Query { __type(name: "Query") { name } }',
        "mutation { __typename }",
    ],
)
async def test_introspection_needs_no_token(tiny: httpx.AsyncClient, query: str) -> None:
    del tiny.headers["Authorization"]
    answer = await post(tiny, query=query)
    assert answer.status_code == 200
    assert "errors" not in answer.json()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"query": "{ nothing }"}, 401, "UNAUTHENTICATED"),
        ({"query": "{ __typename nothing }"}, 401, "UNAUTHENTICATED"),
        ({"query": "{ hello(name: 1) }"}, 401, "UNAUTHENTICATED"),
        ({"query": "{ __schema { nothing } }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ hello "}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"query": "query A { hello }", "operationName": "B"}, 400, "INVALID_INPUT"),
        ({"query": "subscription { ticks }"}, 400, "INVALID_INPUT"),
        ({"query": "{ hello }", "variables": []}, 400, "INVALID_INPUT"),
        ({"query": "{ __typename } #" + "x" * 5_000}, 401, "UNAUTHENTICATED"),
        ({"query": "{ __typename }", "variables": {"a": "x" * 70_000}}, 401, "UNAUTHENTICATED"),
    ],
)
async def test_without_a_token_a_request_is_refused_by_the_first_thing_that_tells(
    tiny: httpx.AsyncClient, body: dict[str, Any], status: int, code: str
) -> None:
    del tiny.headers["Authorization"]
    answer = await post(tiny, **body)
    assert (answer.status_code, only_error(answer)["extensions"]) == (status, {"code": code})


async def test_without_a_token_a_mutation_by_get_is_405_all_the_same(
    tiny: httpx.AsyncClient,
) -> None:
    del tiny.headers["Authorization"]
    answer = await tiny.get("/graphql", params={"query": "mutation { nothing }"})
    assert answer.status_code == 405


async def test_a_header_or_an_address_may_be_only_so_long(tiny: httpx.AsyncClient) -> None:
    for name in ("Authorization", "Accept", "Accept-Encoding", "Idempotency-Key"):
        answer = await tiny.post(
            "/graphql", json={"query": "{ hello }"}, headers={name: "x," * 10_000}
        )
        assert (answer.status_code, name in answer.text) == (431, True)
    answer = await tiny.get("/graphql", params={"query": "{ hello }", "x": "x" * 40_000})
    assert answer.status_code == 414
    assert "POST" in only_error(answer)["message"]


async def test_an_error_of_ours_shows_nothing_but_an_id_that_the_log_has(
    tiny: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info", as_json=True)  # to where pytest looks now
    answer = await post(tiny, query="{ hello broken }")
    assert answer.status_code == 200
    assert answer.json()["data"] == {"hello": "hello world", "broken": None}
    error = only_error(answer)
    assert error["path"] == ["broken"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in answer.text
    logged = capsys.readouterr()
    assert error["extensions"]["id"] in logged.out + logged.err
    assert "hunter2" in logged.out + logged.err


async def test_a_null_where_none_may_be_is_an_error_of_ours(tiny: httpx.AsyncClient) -> None:
    answer = await post(tiny, query="{ nullWhereNoneMayBe }")
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    assert only_error(answer)["extensions"]["code"] == "INTERNAL"


async def test_a_database_out_of_reach_is_worth_trying_again(tiny: httpx.AsyncClient) -> None:
    """Once it is executed, the status is 200 in either media type."""
    for accept in (JSON, GRAPHQL):
        answer = await post(tiny, accept=accept, query="{ unreachable }")
        assert (answer.status_code, answer.json()["data"]) == (200, {"unreachable": None})
        assert answer.headers["Retry-After"] == "1"
        error = only_error(answer)
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert "10.0.0.7" not in error["message"]


async def test_an_error_meant_for_the_client_reaches_it(tiny: httpx.AsyncClient) -> None:
    error = only_error(await post(tiny, query="{ forbidden }"))
    assert error["message"] == "Only staff may see this."
    assert error["path"] == ["forbidden"]
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_null_that_an_argument_cannot_take_is_bad_input(tiny: httpx.AsyncClient) -> None:
    query = "query A($n: Int) { number(given: $n) }"
    error = only_error(await post(tiny, query=query, variables={"n": None}))
    assert error["extensions"] == {"code": "INVALID_INPUT"}
