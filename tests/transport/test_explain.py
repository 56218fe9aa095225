"""In development a request may ask what it costs."""

from pathlib import Path

import httpx
import pytest

from tests.live import Server, serving
from tests.tokens import STAFF

QUERY = """{ campaigns(filter: { advertiserId: "acme" }) { nodes { id applicants { nodes {
    influencer { name accounts { handle } } requiredAction { type }
} } } } }"""


async def test_a_request_that_asks_is_told_its_statements_and_its_plan(server: Server) -> None:
    plain = await server.graphql(QUERY, token=STAFF)

    told = await server.graphql(QUERY, token=STAFF, headers={"Joinery-Explain": "1"})

    assert told["data"] == plain["data"]
    assert "extensions" not in plain
    plan = told["extensions"]["plan"]
    assert plan["cost"] == 10 + 100 + 20 * (1 + 10 + 20 * (1 + 1 + 5 + 1))
    assert [statement["rows"] for statement in plan["statements"]] == [0]
    assert "FROM campaign t" in plan["statements"][0]["sql"]
    assert plan["statements"][0]["values"] == ["acme"]
    assert plan["stages"]["total"] >= plan["stages"]["sql"] > 0
    chart = plan["diagrams"]["campaigns"]
    assert chart.startswith("flowchart TD\n")
    assert "a page of Campaign.applicants<br/>+ influencer" in chart
    assert "all social_account of each" in chart


@pytest.mark.slow
async def test_production_explains_nothing(database_url: str, tmp_path: Path) -> None:
    settings = {"JOINERY_ENV": "production", "JOINERY_CONNECT_SECRET": "c" * 48}
    with serving(database_url, tmp_path, settings) as url:
        async with httpx.AsyncClient(base_url=url) as http:
            server = Server(url, http)
            answer = await server.graphql(QUERY, token=STAFF, headers={"Joinery-Explain": "1"})

    assert answer == {"data": {"campaigns": {"nodes": []}}}


@pytest.mark.parametrize("asks", ["0", "yes"])
async def test_other_values_ask_for_nothing(server: Server, asks: str) -> None:
    answer = await server.graphql(
        "{ campaigns { totalCount } }", token=STAFF, headers={"Joinery-Explain": asks}
    )

    assert "extensions" not in answer
