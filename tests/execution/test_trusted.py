"""Trusted documents: read from the files that clients' tools write, and known by their ids."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema

from execution.documents import Documents
from execution.engine import Engine, Params, RefusedError
from execution.idempotency import digest_of
from execution.rules import Introspection, Rules
from execution.trusted import TrustedDocumentsError, hash_of, read_folder
from projection.internals import core_schema
from resolvers.context import Context
from resolvers.errors import RequestError
from schema import schema
from tests.engine import STAFF

MANIFESTS = Path(__file__).parent / "manifests"
QUERY = "query Mine { viewer { id } }"
SCHEMA = build_schema("type Query { viewer: Query, id: ID, near(id: ID): ID }")


def folder_of(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def documents(folder: Path, **rules: Any) -> Documents:
    return Documents(SCHEMA, Rules(trusted=read_folder(folder), **rules))


def apollo(*operations: Mapping[str, str]) -> str:
    return json.dumps(
        {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    )


@pytest.mark.parametrize(
    ("files", "ids"),
    [
        ({"Mine__graphql": QUERY}, [hash_of(QUERY)]),
        ({"Mine__graphql": f"{QUERY}\n"}, [hash_of(QUERY), hash_of(f"{QUERY}\n")]),
        ({"a__json": json.dumps({"cafe": QUERY})}, ["cafe", hash_of(QUERY)]),
        ({"a__json": json.dumps({"sha256:cafe": QUERY})}, ["cafe", hash_of(QUERY)]),
        ({"a__json": apollo({"id": "cafe", "name": "Mine", "body": QUERY})}, ["cafe"]),
    ],
)
def test_a_document_is_known_by_its_id_and_by_its_hash(
    tmp_path: Path, files: dict[str, str], ids: list[str]
) -> None:
    found = documents(folder_of(tmp_path, **files))
    for each in ids:
        for document_id in (each, f"sha256:{each}"):
            text = found.text_of(document_id)
            assert text.rstrip() == QUERY
            operation = found.find(text, None, is_known=True)
            assert (operation.name, operation.is_trusted) == ("Mine", True)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\r\n"], ids=repr)
@pytest.mark.parametrize("last", [True, False], ids=["ended", "open"])
def test_a_file_is_known_by_the_hash_of_either_line_end(
    tmp_path: Path, mark: bytes, end: str, last: bool
) -> None:
    """Editors and version control change them, and put a mark at the beginning."""
    text = f"query Mine {{{end}  viewer {{ id }}{end}}}"
    stored = text + end * last
    (tmp_path / "Mine.graphql").write_bytes(mark + stored.encode())
    found = documents(tmp_path, trusted_only=True)
    unix = text.replace("\r\n", "\n")
    hashed = {stored, text, unix, unix.replace("\n", "\r\n")}
    operations = [found.find(found.text_of(hash_of(each)), None, is_known=True) for each in hashed]
    operations += [found.find(each, None, is_known=True) for each in hashed]
    assert all(each is operations[0] for each in operations)
    assert operations[0].is_trusted


def test_a_manifest_may_begin_with_a_mark(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + json.dumps({"cafe": QUERY}).encode())
    assert documents(tmp_path).text_of("cafe") == QUERY


def test_where_only_trusted_documents_are_served_nobody_is_told_to_send_the_text(
    tmp_path: Path,
) -> None:
    found = documents(folder_of(tmp_path, Mine__graphql=QUERY), trusted_only=True)
    with pytest.raises(RequestError, match="does not help to send its text") as refused:
        found.text_of("cafe")
    assert refused.value.extensions == {"code": "PERSISTED_QUERY_NOT_FOUND"}


def test_an_id_that_is_not_known_is_told_as_clients_expect_it(tmp_path: Path) -> None:
    known = documents(folder_of(tmp_path, Mine__graphql=QUERY))
    for found, message in (
        (known, "PersistedQueryNotFound"),
        (Documents(SCHEMA), "PersistedQueryNotSupported"),
    ):
        for document_id in ("cafe", "", "sha256:"):
            with pytest.raises(RequestError, match=message):
                found.text_of(document_id)


def test_a_trusted_document_is_kept_whatever_comes_after(tmp_path: Path) -> None:
    found = documents(folder_of(tmp_path, Mine__graphql=QUERY))
    first = found.find(QUERY, None, is_known=True)
    for number in range(2_000):
        found.find(f"query Q{number} {{ id }} # {'x' * 200}", None, is_known=True)
    assert found.find(QUERY, None, is_known=True) is first
    assert found.find(QUERY, None, is_known=False) is first


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "has no documents"),
        ({"a__graphql": "{ viewer { id }"}, "a.graphql: line 1: Syntax Error"),
        ({"a__graphql": "\n{ viewer { no } }"}, "a.graphql: line 2: Cannot query field"),
        ({"a__graphql": "query A { id } query B { id }"}, "a.graphql: It has 2 operations"),
        ({"a__graphql": "fragment A on Query { id }"}, "a.graphql: The document has no operation"),
        ({"a__json": "{"}, "a.json: "),
        ({"a__json": "{}"}, "a.json: is no manifest"),
        ({"a__json": '{"name": "console", "private": true}'}, "a.json: is no manifest"),
        ({"a__json": '{"cafe": "{ no }"}'}, "a.json, cafe: line 1: Cannot query field"),
        ({"a__json": apollo({"id": "cafe"})}, "a.json: has an operation without id and body"),
        ({"a__json": apollo().replace("1", "2")}, "a.json: is a manifest"),
        (
            {"a__json": '{"cafe": "{ id }"}', "b__json": '{"cafe": "{ viewer { id } }"}'},
            "b.json, cafe: is another document in",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_says_which_file_and_what_is_wrong(
    tmp_path: Path, files: dict[str, str], says: str
) -> None:
    with pytest.raises(TrustedDocumentsError) as refused:
        documents(folder_of(tmp_path, **files))
    assert says in str(refused.value)
    assert str(tmp_path) in str(refused.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrustedDocumentsError, match="nowhere: is no folder"):
        read_folder(tmp_path / "nowhere")


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    files = {"a__graphql": "{ no }", "b__graphql": "{", "c__graphql": QUERY}
    with pytest.raises(TrustedDocumentsError) as refused:
        documents(folder_of(tmp_path, **files))
    lines = str(refused.value).splitlines()
    assert [Path(line.partition(":")[0]).name for line in lines] == ["a.graphql", "b.graphql"]


def test_where_only_trusted_documents_are_served_others_are_refused_unread(tmp_path: Path) -> None:
    found = documents(folder_of(tmp_path, Mine__graphql=QUERY), trusted_only=True)
    assert found.find(QUERY, None, is_known=True).is_validated
    for text in ("{ id }", "{ no }", f"{{ id }} #{'x' * 5_000}"):
        with pytest.raises(RequestError, match="Only trusted documents"):
            found.public(found.find(text, None, is_known=True), is_known=True)


def test_a_trusted_document_needs_a_token_all_the_same(tmp_path: Path) -> None:
    found = documents(folder_of(tmp_path, Mine__graphql=QUERY))
    with pytest.raises(RequestError, match="needs a token"):
        found.public(found.find(QUERY, None, is_known=False), is_known=False)


@pytest.mark.parametrize(
    ("who", "is_known", "may"),
    [
        ("everyone", False, True),
        ("everyone", True, True),
        ("callers", False, False),
        ("callers", True, True),
        ("nobody", False, False),
        ("nobody", True, False),
    ],
)
@pytest.mark.parametrize("trusted_only", [False, True])
async def test_a_setting_says_who_may_introspect(
    tmp_path: Path, who: Introspection, is_known: bool, may: bool, trusted_only: bool
) -> None:
    trusted = read_folder(folder_of(tmp_path, Mine__graphql=QUERY))
    rules = Rules(trusted=trusted, trusted_only=trusted_only, introspection=who)
    engine, context = Engine(schema, rules=rules), Context(caller=STAFF if is_known else None)

    async def asked(text: str) -> str:
        params = Params(text, {}, None)
        try:
            operation = engine.operation(params, is_known=is_known)
            await engine.execute(operation, params, context)
        except RefusedError as refused:
            return (refused.errors[0].extensions or {})["code"]
        return "answered"

    refused = "GRAPHQL_VALIDATION_FAILED" if not trusted_only else "DOCUMENT_NOT_TRUSTED"
    assert await asked("{ __schema { queryType { name } } }") == (
        "answered" if may else refused if is_known else "UNAUTHENTICATED"
    )
    assert await asked("{ __typename }") == "answered"


def test_suggestions_are_left_out_where_the_setting_says_so() -> None:
    text = "query A($p: Platform!) { viewer { idd } participation(idd: 1) { id } }"
    for suggests in (True, False):
        engine = Engine(schema, rules=Rules(suggests=suggests))
        with pytest.raises(RefusedError) as refused:
            engine.operation(Params(text, {}, None))
        told = " ".join(error.message for error in refused.value.errors)
        assert ("Did you mean" in told) is suggests
        assert 'Cannot query field "idd"' in told


def test_a_call_is_the_same_by_text_and_by_id(tmp_path: Path) -> None:
    trusted = read_folder(folder_of(tmp_path, Mine__graphql=f"{QUERY}\n"))
    engine = Engine(schema, rules=Rules(trusted=trusted))
    ways = [
        Params(QUERY, {}, None),
        Params(f"{QUERY}\n", {}, None),
        Params("", {}, None, hash_of(QUERY)),
        Params("", {}, None, f"sha256:{hash_of(QUERY)}"),
    ]
    for params in ways:
        engine.operation(params)
    assert len({digest_of(each.query, each.variables, each.operation_name) for each in ways}) == 1


@pytest.mark.parametrize(
    ("tool", "ends"),
    [("codegen", ("", "")), ("relay", ("Query", "Mutation")), ("apollo", ("", ""))],
)
def test_the_manifest_of_a_real_tool_is_taken(tool: str, ends: tuple[str, str]) -> None:
    sources = read_folder(MANIFESTS / tool)
    found = Documents(core_schema(schema), Rules(trusted=sources))
    names = {found.find(found.text_of(each.id), None, is_known=True).name for each in sources}
    assert names == {f"CampaignPage{ends[0]}", f"MarkJoined{ends[1]}"}
