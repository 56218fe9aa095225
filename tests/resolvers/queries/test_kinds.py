"""The rows of the rules' table and the list of campaigns, for campaigns of some kinds."""

import pytest

from resolvers.ids import encode
from tests import data
from tests.engine import answer


@pytest.mark.parametrize(
    ("arguments", "types", "selections"),
    [
        ("", {None, "AFFILIATE"}, {None, True, False}),
        ("(campaignType: null, selection: null)", {None, "AFFILIATE"}, {None, True, False}),
        ("(campaignType: SOCIAL)", {None}, {None, True, False}),
        ("(selection: true)", {None, "AFFILIATE"}, {None, True}),
        ("(campaignType: SOCIAL, selection: false)", {None}, {None, False}),
    ],
)
async def test_the_rows_of_some_campaigns(
    db: str, arguments: str, types: set[str | None], selections: set[bool | None]
) -> None:
    found = await answer(f"{{ workflow{arguments} {{ campaignType selection }} }}")
    assert {row["campaignType"] for row in found["workflow"]} == types
    assert {row["selection"] for row in found["workflow"]} == selections


async def test_campaigns_with_and_without_selection(db: str) -> None:
    ids = {
        selection: encode("Campaign", (await data.campaign(selection=selection)).pk)
        for selection in (True, False)
    }
    query = "query($on: Boolean) { campaigns(filter: { selection: $on }) { nodes { id } } }"
    for asked, expected in ((True, [ids[True]]), (False, [ids[False]]), (None, [*ids.values()])):
        found = await answer(query, on=asked)
        assert {node["id"] for node in found["campaigns"]["nodes"]} == set(expected)
