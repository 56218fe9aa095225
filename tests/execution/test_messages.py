"""Messages about invalid requests: in the words of GraphQL and JSON, never of Python."""

import re
from typing import Any, cast

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.engine import Params, RefusedError
from execution.errors import in_graphql
from resolvers.context import Context
from tests.engine import ENGINE, STAFF, execute

PYTHON = re.compile(
    r"\b(None|True|False|dict|tuple|NoneType|Undefined|timedelta|datetime|Error:|instance)\b"
    r"|'|\[\.\.\.\]\(|<class"
)
SYNTAX = re.compile("Syntax Error:|single quote character \\('\\)")
"""GraphQL's own words that look like Python's."""


async def message(query: str, **variables: Any) -> str:
    response = await execute(query, variables, Context(caller=STAFF))
    [error] = response["errors"]
    return error["message"]


VARIABLES: list[tuple[str, Any, str]] = [
    ("Int!", None, 'Expected value of non-null type "Int!" not to be null.'),
    ("Int", True, "Int cannot represent non-integer value: true"),
    ("Int", "x", 'Int cannot represent non-integer value: "x"'),
    ("Int", 'it\'s "x"\n', 'Int cannot represent non-integer value: "it\'s \\"x\\"\\n"'),
    ("Int", [1.5], "Int cannot represent non-integer value: [1.5]"),
    ("Int", {"a": [None, False]}, 'Int cannot represent non-integer value: {"a": [null, false]}'),
    ("String", {"a": "None"}, 'String cannot represent a non string value: {"a": "None"}'),
    ("ID", False, "ID cannot represent value: false"),
    ("Boolean", "True", 'Boolean cannot represent a non boolean value: "True"'),
    ("CampaignOrder", 5, 'Enum "CampaignOrder" cannot represent non-string value: 5.'),
    ("CampaignOrder", "None", 'Value "None" does not exist in "CampaignOrder" enum.'),
    (
        "CampaignFilter",
        {"it": None},
        (
            'Expected value of type "CampaignFilter" not to include unknown field "it", found:'
            ' {"it": null}.'
        ),
    ),
    (
        "CampaignFilter",
        "it",
        'Expected value of type "CampaignFilter" to be an object, found: "it".',
    ),
]


@pytest.mark.parametrize(("graphql_type", "value", "said"), VARIABLES)
def test_a_variable_is_told_as_json(graphql_type: str, value: Any, said: str):
    found = prepared(f"query($it: {graphql_type}) {{ {USES[graphql_type.rstrip('!')]} }}", value)
    prefix = 'Variable "$it" has invalid value: '
    assert found == [prefix + said]


USES = {
    "Int": "campaigns(first: $it) { totalCount }",
    "String": "campaigns(after: $it) { totalCount }",
    "ID": "participations(filter: { campaignId: $it }) { totalCount }",
    "Boolean": "influencer(id: 1) { accounts(includeDisconnected: $it) { id } }",
    "CampaignOrder": "campaigns(orderBy: $it) { totalCount }",
    "CampaignFilter": "campaigns(filter: $it) { totalCount }",
    "DateTime": "participations(filter: { updatedSince: $it }) { totalCount }",
    "CreateCampaignInput": "createCampaign(input: $it) { userErrors { code } }",
    "UpsertInfluencersInput": "upsertInfluencers(input: $it) { created }",
}


def prepared(query: str, value: Any) -> list[str]:
    """Return the messages of what is wrong with a request before it is executed."""
    variables = orjson.loads(orjson.dumps({"it": value}))
    params = Params(query, variables, None)
    try:
        ENGINE.prepare(ENGINE.operation(params), params, Context(caller=STAFF))
    except RefusedError as refused:
        return [error.message for error in refused.errors]
    return []


async def test_a_null_where_none_may_be_is_told_as_null():
    assert await message("{ node(id: null) { id } }") == (
        'Expected value of non-null type "ID!" not to be null.'
    )
    assert await message("query($id: ID!) { node(id: $id) { id } }", id=None) == (
        'Variable "$id" has invalid value: Expected value of non-null type "ID!" not to be null.'
    )
    query = "query($filter: Boolean = false) { __typename @include(if: $filter) }"
    assert await message(query, filter=None) == (
        'Argument "if" has invalid value: Expected variable "$filter" provided to'
        ' non-null type "Boolean!" not to be null.'
    )


async def test_a_literal_is_told_as_it_was_written():
    assert await message("{ campaigns(first: None) { totalCount } }") == (
        "Int cannot represent non-integer value: None"
    )
    assert await message("""{ campaigns(first: "it's True") { totalCount } }""") == (
        """Int cannot represent non-integer value: "it's True\""""
    )


async def test_an_operation_that_is_not_there_is_told_by_its_name():
    response = await execute("{ __typename }", {}, Context(), operation_name="it's")
    assert response["errors"][0]["message"] == "The document has no operation named `it's`."


def test_texts_are_quoted_as_json_whatever_is_in_them():
    for text in ("", "it's", 'say "so"', 'it\'s "so"', "\\", "\x00\x1f\x7f\x9f", "\u2028", "é"):
        message = f"Int cannot represent non-integer value: {[text]!r}"
        told = in_graphql(message, has_values=True)
        assert orjson.loads(told.partition(": ")[2]) == [text]
    quote = "Unexpected single quote character ('), did you mean to use a double quote (\")?"
    assert in_graphql(quote) == quote


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**40), 2**40),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["", "x", 'a "b"', "\n", "ONGOING", "2026-13-01T00:00:00Z"]),
        st.sampled_from(["2026-01-01T00:00:00+99:99", "0000-01-01T00:00:00Z", "2026-01-01"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["status", "search", "title", "influencers", "name", "accounts", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None, database=None, derandomize=True)
@given(st.sampled_from([*USES]), st.sampled_from(["", "!"]), JSON)
def test_no_variable_is_answered_in_python(graphql_type: str, required: str, value: Any):
    use = USES[graphql_type]
    kind = "mutation" if graphql_type.endswith("Input") else "query"
    required = "!" if kind == "mutation" else required
    for text in prepared(f"{kind}($it: {graphql_type}{required}) {{ {use} }}", value):
        assert not PYTHON.search(text), text


def literal(value: Any) -> str:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value).items()
        return f"{{ {', '.join(f'{name}: {literal(item)}' for name, item in fields)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, cast('list[Any]', value)))}]"
    return orjson.dumps(value).decode()


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.sampled_from([*USES]), JSON)
def test_no_literal_is_answered_in_python(graphql_type: str, value: Any):
    use = USES[graphql_type].replace("$it", literal(value))
    kind = "mutation" if graphql_type.endswith("Input") else "query"
    for text in prepared(f"{kind} {{ {use} }}", None):
        assert not PYTHON.search(text), text


TOKENS = re.findall(
    r"\S+",
    r"""
    { } ( ) [ ] : ! = @ $ ... query mutation subscription fragment on campaigns viewer node id
    first orderBy filter null true 1 1.5 "x" $it ID Int [ID!] @include @skip @nothing if
    ...F F CREATED_DESC Campaign nothing # é ? 01 1x \ % ' "
    """,
)


@settings(max_examples=600, deadline=None, database=None, derandomize=True)
@given(st.lists(st.sampled_from(TOKENS), max_size=12), st.booleans())
def test_no_document_is_answered_in_python(tokens: list[str], inside: bool):
    body = " ".join(tokens)
    query = f"query($it: Int) {{ viewer {{ id }} {body} }}" if inside else body
    for text in prepared(query, 1):
        assert not PYTHON.search(SYNTAX.sub("", text)), text
