"""The questions that 0.1.0 and every later version answer on the same rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.tokens import STAFF, token

_HERE = Path(__file__).parent
DUMPS = {kind: _HERE / f"0.1.0.{kind}.sql" for kind in ("sqlite", "postgresql")}
ANSWERS = _HERE / "0.1.0.json"
KEY = "a-key-of-0.1.0"
ADVERTISER = token("ADVERTISER", advertiser="hana", name="Ren Aoki")

_EVENTS = "events { nodes { id action to actorRole actorName } }"
_PART = "id status candidateStatus applicantStatus round selectedAccount { id } selectedPlatforms"
CAMPAIGN = """query ($id: ID!) { campaign(id: $id) {
    title status categories capacity placesTaken applicationDeadline
    candidateCounts { status count }
    candidates(first: 100, orderBy: NAME_ASC) { totalCount nodes {
        id status unavailableReasons availabilityOverride qualifyingAccounts { id } } }
    applicantCounts { status count }
    applicants(first: 100) { totalCount nodes { id applicantStatus } }
    postCounts { status count }
    posts(first: 100) { nodes { id status post { url warning reason account { id } } } } } }"""
PEOPLE = """{ influencers(first: 100, orderBy: NAME_DESC) { totalCount nodes {
    externalId name email country categories followers
    accounts(includeDisconnected: true) { platform handle followers } } } }"""
PARTS = f"""{{ participations(first: 100, orderBy: CREATED_ASC) {{ totalCount nodes {{
    {_PART} influencer {{ name }} {_EVENTS} posts {{ url }} }} }} }}"""
JOBS = """{ myJobCounts { section count actionRequired }
    myJobs { nodes { requiredAction { type } campaign { title } } } }"""
PAGE = "query ($after: String) { influencers(first: 5, after: $after) { %s } }"
FIRST_PAGE = PAGE % "nodes { id } pageInfo { endCursor hasNextPage }"
NEXT_PAGE = PAGE % "nodes { id }"

Question = tuple[str, dict[str, Any], str]


def ask(
    http: httpx.Client,
    query: str,
    variables: Mapping[str, Any],
    caller: str,
    key: str | None = None,
) -> dict[str, Any]:
    """Return the whole answer to an operation that must go well."""
    headers = {"Authorization": f"Bearer {caller}", "Accept": "application/json"}
    body = {"query": query, "variables": dict(variables)}
    keyed = {**headers, "Idempotency-Key": key} if key else headers
    answer = http.post("/graphql", json=body, headers=keyed).json()
    assert "errors" not in answer, (query, answer["errors"])
    return answer


def repeated(field: str, selection: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the document of a mutation and its variables."""
    kind = f"{field[0].upper()}{field[1:]}Input!"
    return f"mutation ($input: {kind}) {{ {field}(input: $input) {{ {selection} }} }}", {
        "input": dict(given)
    }


def questions(http: httpx.Client) -> dict[str, Question]:
    """Return the questions by their names."""
    found = ask(http, "{ campaigns(first: 100, orderBy: CREATED_ASC) { nodes { id } } }", {}, STAFF)
    campaigns = [node["id"] for node in found["data"]["campaigns"]["nodes"]]
    found = ask(http, "{ influencers(first: 100) { nodes { id } } }", {}, STAFF)
    people = sorted(node["id"] for node in found["data"]["influencers"]["nodes"])
    return {
        "people": (PEOPLE, {}, STAFF),
        "participations": (PARTS, {}, STAFF),
        "first page": (FIRST_PAGE, {}, STAFF),
        **{campaign: (CAMPAIGN, {"id": campaign}, STAFF) for campaign in campaigns},
        **{person: (JOBS, {}, token("INFLUENCER", sub=person)) for person in people},
    }
