"""An operation's price is known before it runs, and what costs too much does not run."""

from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query
from hypothesis import given, settings

from execution.documents import Documents
from execution.inputs import coerce_variables
from execution.limits import COST_LIMIT, PUBLIC_LIMIT
from execution.pricing import FILTER, INTROSPECTED, ITEM, LIST_SIZE, MAX_TOLD, PAGE, TRANSACTION
from projection.internals import core_schema
from projection.listing import PAGE_SIZE
from resolvers.context import Context
from schema import schema
from tests.docs.pages import PAGES, steps
from tests.engine import STAFF, execute
from tests.execution.pricing_oracle import SCHEMA, count, documents

JOINERY = core_schema(schema)
EXAMPLES = sorted(Path(__file__).parents[2].joinpath("examples").glob("*.graphql"))
MUTATION = TRANSACTION + 1


def price(text: str, **variables: Any) -> int:
    return Documents(JOINERY).operation(text, None).price.of(variables)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ __typename }", 0),
        ("{ viewer { id role } }", 1),
        ("{ viewer { id } again: viewer { id } }", 2),
        ("{ viewer { id } viewer { role } }", 1),
        ("{ workflow { action roles } }", LIST_SIZE),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ('{ nodes(ids: "a") { id } }', 1),
        ("{ campaigns { nodes { id } } }", PAGE + PAGE_SIZE),
        ("{ campaigns(first: null) { totalCount } }", PAGE + PAGE_SIZE),
        ("{ campaigns(first: 7) { nodes { id } } }", PAGE + 7),
        ("{ campaigns(last: 7) { edges { cursor } pageInfo { endCursor } } }", PAGE + 7),
        ("{ campaigns(first: 0) { totalCount } }", PAGE),
        ("{ campaigns(first: -1) { totalCount } }", PAGE),
        ("{ campaigns(first: 2000000000) { totalCount } }", PAGE + 100),
        ("{ campaigns(filter: null) { totalCount } }", PAGE + PAGE_SIZE),
        ("{ campaigns(filter: {}) { totalCount } }", PAGE + PAGE_SIZE + FILTER),
        # What an object is given filters the lists of it, each.
        (
            """query ($id: ID!) { campaign(id: $id) { whatIf(rules: { countries: [] }) {
                gained { count } gainedCandidates(first: 3) { nodes { influencer { id } } }
                lostCandidates(first: 3) { nodes { events(first: 2) { totalCount } } }
            } } }""",
            1 + 1 + FILTER + 1 + 2 * (PAGE + 3 + FILTER) + 3 + 3 * (PAGE + 2),
        ),
        # Rows count once; what is selected in them counts wherever it is.
        ("{ campaigns(first: 7) { nodes { id } edges { node { id } } } }", PAGE + 7),
        (
            """{ participations(first: 3) {
                nodes { campaign { id } } edges { node { influencer { id } posts { id } } }
            } }""",
            PAGE + 3 * (1 + 1 + 1 + LIST_SIZE),
        ),
        (
            """{ campaigns(first: 3) { nodes { candidates(first: 5) { nodes {
                influencer { id accounts { id } }
            } } } } }""",
            PAGE + 3 * (1 + PAGE + 5 * (1 + 1 + LIST_SIZE)),
        ),
        # A fragment on one of several types counts whichever the object has.
        (
            """{ node(id: "a") {
                ...P ... on Candidate { campaign { id } } ... on Post { account { id } }
            } } fragment P on Post { participation { campaign { id } } account { handle } }""",
            1 + 1 + (1 + 1 + 1),
        ),
        ("{ viewer @skip(if: true) { id } }", 1),
        (
            "{ __schema { queryType { name } types { name fields { name } } } }",
            1 + 2 * INTROSPECTED,
        ),
    ],
)
def test_queries_cost(text: str, points: int) -> None:
    assert price(text) == points


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("setPostStatus(input: $input) { userErrors { code } }", MUTATION + 3 * ITEM + 3),
        ("setPostStatus(input: $input) { results { post { id } } }", MUTATION + 3 * (ITEM + 2)),
        (
            'setPostStatus(input: { postIds: ["a"], status: WARNING }) { results { outcome } }',
            MUTATION + ITEM + 1,
        ),
        (
            "setPostStatus(input: { postIds: $ids, status: WARNING }) { summary { changed } }",
            MUTATION + 4 * ITEM + 1,
        ),
        (
            """a: withdraw(input: { participationId: "p" }) { outcome }
            b: withdraw(input: { participationId: "p" }) { participation { id } }""",
            2 * MUTATION + 1,
        ),
        (
            'withdraw(input: { participationId: "p" }) { userErrors { code } }',
            MUTATION + LIST_SIZE,
        ),
        # Its lists are about one campaign.
        (
            'updateCampaign(input: { id: "c", hashtags: ["a", "b"] }) { campaign { id } }',
            MUTATION + 1,
        ),
    ],
)
def test_mutations_cost(text: str, points: int) -> None:
    definition = {"$input": "($input: SetPostStatusInput!)", "$ids": "($ids: [ID!]!)"}
    used = "".join(definition[name] for name in definition if name in text)
    variables = {"input": {"postIds": ["a", "b", "c"]}, "ids": ["a", "b", "c", "d"]}
    assert price(f"mutation{used} {{ {text} }}", **variables) == points


async def test_an_influencer_of_upsert_influencers_is_an_item() -> None:
    text = """mutation($input: UpsertInfluencersInput!) {
        upsertInfluencers(input: $input) { influencers { accounts { id } } advanced { id } } }"""
    items = [{"externalId": "a", "name": "A"}] * 8
    points = MUTATION + 8 * (ITEM + 1 + LIST_SIZE + 1)
    assert price(text, input={"influencers": items}) == points


@pytest.mark.parametrize(
    ("given", "mean"),
    [
        ([50, 50], 50),
        ([11, 0, 2], LIST_SIZE),
        ([20, 3], 12),
        ([], 0),
        ([None, 30], 15),
    ],
)
def test_the_accounts_that_influencers_are_given_count_where_they_are_selected(
    given: list[int | None], mean: int
) -> None:
    account = {"platform": "X", "externalId": "x", "handle": "h", "followers": 1}
    items = [
        {"externalId": "a", "name": "A", "accounts": None if each is None else [account] * each}
        for each in given
    ]
    ways = {
        "$input": "$input: UpsertInfluencersInput!",
        "{ influencers: $items }": "$items: [InfluencerInput!]!",
    }
    for argument, variable in ways.items():
        plain, selecting = (
            price(
                f"""mutation({variable}) {{ upsertInfluencers(input: {argument}) {{
                    influencers {{ {selected} }} advanced {{ id }} }} }}""",
                input={"influencers": items},
                items=items,
            )
            for selected in ("id", "id accounts { id }")
        )
        assert plain == MUTATION + len(items) * (ITEM + 1 + 1)
        assert selecting - plain == len(items) * mean


def test_accounts_written_into_the_document_count_too() -> None:
    account = '{ platform: X, externalId: "x", handle: "h", followers: 1 }'
    accounts = ", ".join([account] * 9)
    influencer = f'{{ externalId: "a", name: "A", accounts: [{accounts}] }}'
    for influencers in (influencer, f"[{influencer}]"):
        text = f"upsertInfluencers(input: {{ influencers: {influencers} }})"
        selected = "influencers { accounts { id } }"
        assert price(f"mutation {{ {text} {{ {selected} }} }}") == MUTATION + ITEM + 1 + 9


@pytest.mark.parametrize(
    ("variables", "rows"),
    [({}, PAGE_SIZE), ({"n": None}, PAGE_SIZE), ({"n": 3}, 3), ({"m": 4}, 4), ({"n": 101}, 100)],
)
def test_the_size_of_a_page_may_be_a_variable(variables: dict[str, Any], rows: int) -> None:
    text = "query($n: Int, $m: Int) { campaigns(first: $n, last: $m) { nodes { id } } }"
    assert price(text, **variables) == PAGE + rows


@settings(max_examples=100, deadline=None)
@given(documents())
def test_a_price_is_what_an_execution_with_full_lists_adds_up_to(
    document: tuple[str, dict[str, Any]],
) -> None:
    text, given = document
    operation = Documents(SCHEMA).operation(text, None)
    variables = coerce_variables(SCHEMA, operation.node, operation.fragments, given)
    assert operation.price.of(variables.coerced) == count(text, given)


def test_what_screens_and_tools_ask_for_is_below_the_limit() -> None:
    ids = [f"gid://joinery/Influencer/{number}" for number in range(1_000)]
    largest = {"influencerIds": ids, "participationIds": ids}
    screens = [example.read_text() for example in EXAMPLES]
    screens += [step.operation for page in PAGES for step in steps(page)]
    assert len(screens) > 20
    for text in screens:
        assert 0 < price(text, **largest) < COST_LIMIT / 2
    assert PUBLIC_LIMIT / 3 < price(get_introspection_query()) < PUBLIC_LIMIT / 2


async def test_what_costs_too_much_is_told_with_the_field_that_costs_most() -> None:
    row = "nodes { candidates(first: 100) { nodes { influencer { name } } } }"
    aliases = " ".join(f"a{number}: campaigns(first: 100) {{ {row} }}" for number in range(200))
    one = PAGE + 100 * (1 + PAGE + 100 * (1 + 1))
    await _is_refused(f"{{ {aliases} }}", 200 * one, "a0.nodes.candidates")
    row = "edges { node { participation { events { nodes { id } } } } }"
    nested = f"nodes {{ candidates(first: 100) {{ {row} }} }}"
    field = "campaigns.nodes.candidates.edges.node.participation.events"
    rows = 20 + 20 * (PAGE + 100 * (1 + 1 + PAGE + 20))
    await _is_refused(f"{{ campaigns {{ {nested} }} }}", PAGE + rows, field)


async def test_no_price_is_too_large_to_be_told() -> None:
    loop = "influencer { participations(first: 100) { nodes { "
    text = f"{{ participations {{ nodes {{ {loop * 12} id {'} } }' * 12} }} }} }}"
    assert price(text) > 10**24
    field = "participations.nodes" + ".influencer.participations.nodes" * 11
    await _is_refused(text, MAX_TOLD, f"{field}.influencer.participations")


async def test_an_operation_that_is_refused_begins_nothing() -> None:
    # There is no database here: whatever began would fail.
    ids = [f"gid://joinery/Post/{number}" for number in range(1_000)]
    text = "setPostStatus(input: { postIds: $ids, status: WARNING }) { results { outcome } }"
    aliases = " ".join(f"a{number}: {text}" for number in range(5))
    points = 5 * (MUTATION + 1_000 * (ITEM + 1))
    await _is_refused(f"mutation($ids: [ID!]!) {{ {aliases} }}", points, "a0", ids=ids)


async def test_an_operation_may_have_99_mutations() -> None:
    field = 'createCampaign(input: { title: "", brand: "", type: SOCIAL, platforms: [] })'
    aliases = [f"a{number}: {field} {{ campaign {{ id }} }}" for number in range(100)]
    assert price(f"mutation {{ {' '.join(aliases[1:])} }}") < COST_LIMIT
    await _is_refused(f"mutation {{ {' '.join(aliases)} }}", 100 * (MUTATION + 1), "a0")


async def test_without_a_token_the_limit_is_lower() -> None:
    lists = " ".join(f"a{number}: types {{ name }}" for number in range(20))
    text = f"{{ __schema {{ {lists} }} }}"
    points = 1 + 20 * INTROSPECTED
    assert "errors" not in await execute(text, {}, Context(caller=STAFF))
    await _is_refused(text, points, "__schema.a0", caller=None, limit=PUBLIC_LIMIT)


async def _is_refused(
    text: str,
    points: int,
    field: str,
    *,
    caller: Any = STAFF,
    limit: int = COST_LIMIT,
    **given: Any,
) -> None:
    response = await execute(text, given, Context(caller=caller))
    [error] = response["errors"]
    assert "data" not in response
    assert error["extensions"]["code"] == "COST_LIMIT"
    assert error["extensions"]["cost"] == {"limit": limit, "price": points, "field": field}
    assert f"`{field}`" in error["message"]
