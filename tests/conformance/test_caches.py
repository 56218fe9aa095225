"""Payloads in the normalised caches of two clients: what screens show then, and what is so."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from graphql import GraphQLObjectType, get_named_type

from models.participation import Participation
from projection.internals import core_schema
from resolvers.ids import encode
from schema import schema
from tests.engine import input_of
from tests.live import serving
from tests.projection.reference import ALLOWED as FIELDS
from tests.resolvers.mutations.test_every_mutation import ALLOWED, CASES
from tests.resolvers.mutations.test_trial_runs import REFUSED_TO_SERVICES
from tests.selections import everything_of
from tests.tokens import token
from workflow.enums import Role

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
CORE = core_schema(schema)
LEVELS = 3
KINDS = ("apollo", "graphcache")

PERSON = "id name country categories followers email accounts { id handle followers }"
PART = """id status candidateStatus applicantStatus version round origin availableActions
    selectedAccount { id disconnectedAt } selectedPlatforms updatedAt
    requiredAction { type message platforms accounts { id } blockedBy }"""
ROW = """id status unavailableReasons availabilityOverride availableActions
    qualifyingAccounts { id handle } influencer { id name followers } participation { id status }"""
POST = "id url status warning reason updatedAt"
EVERYWHERE = {
    Role.STAFF: {
        "campaigns": "campaigns(first: 50) { nodes { id title status capacity placesTaken } }",
        "influencers": f"influencers(first: 50) {{ nodes {{ {PERSON} }} }}",
        "participations": f"participations(first: 50) {{ nodes {{ {PART} }} }}",
    },
    Role.INFLUENCER: {
        "myJobs": f"myJobs(first: 50) {{ nodes {{ {PART} campaign {{ id title }} }} }}",
        "myJobCounts": "myJobCounts { section count actionRequired }",
        "viewer": f"viewer {{ id influencer {{ {PERSON} }} }}",
    },
}
OF_CAMPAIGN = {
    Role.STAFF: {
        "campaign": "title status capacity placesTaken platforms followersMin updatedAt",
        "selectTab": f"candidates(first: 50) {{ nodes {{ {ROW} }} }}",
        "selectBadges": "candidateCounts { status count }",
        "applicantTab": f"applicants(first: 50) {{ nodes {{ {PART} influencer {{ {PERSON} }} }} }}",
        "applicantBadges": "applicantCounts { status count }",
        "postsTab": "posts(first: 50) { nodes { id status"
        f" post {{ {POST} }} participation {{ {PART} }} }} }}",
        "postBadges": "postCounts { status count }",
    },
    Role.INFLUENCER: {
        "job": f"title viewerParticipation {{ {PART} posts {{ {POST} }} }}"
        " viewerActions viewerBlockers viewerQualifyingAccounts { id handle }",
    },
}
OF_PERSON = {"influencer": f"{PERSON} participations(first: 50) {{ nodes {{ {PART} }} }}"}
OF_PART = {"history": "events(last: 50) { nodes { id action from to reason } }"}


async def test_after_a_mutation_nothing_but_the_rows_of_lists_is_stale(
    packages: None, db: str, tmp_path: Path
):
    cases = [await case(name) for name in CASES]
    with serving(db, tmp_path, {"JOINERY_COST_LIMIT": str(10**9)}) as url:
        results = await run(url, {"cases": cases, "values": values()})
    assert CORE.mutation_type is not None
    assert results.keys() == CORE.mutation_type.fields.keys()
    told = documented()
    found = {
        (name, kind, what)
        for name, screens in results.items()
        for screen, shown in screens.items()
        for kind in KINDS
        for what in stale(shown[kind], shown["fresh"], screen)
    }
    assert {each for each in found if each[2] not in told.get(each[0], ())} == set()
    # The caches do hold lists that they cannot know better.
    assert {what for _, _, what in found} >= {"campaigns", "events", "myJobs", "posts"}


def documented() -> dict[str, set[str]]:
    """The lists that docs/api.md says to ask for again, by mutation."""
    text = (HERE.parents[1] / "docs" / "api.md").read_text()
    [section] = re.findall(r"\n## Payloads in a normalised cache\n(.*?)\n## ", text, re.DOTALL)
    found: dict[str, set[str]] = {}
    for lists, after in re.findall(r"^\| (`.*?) \| (.*) \|$", section, re.MULTILINE):
        names = re.findall(r"`([A-Za-z.]+)`", after)
        assert set(names) <= set(CASES), lists
        for name in set(CASES) - set(names) if after.startswith("all but") else names:
            for each in re.findall(r"`([A-Za-z.]+)`", lists):
                found.setdefault(name, set()).add(each.rpartition(".")[2])
    return found


async def case(name: str) -> dict[str, Any]:
    """A mutation with all that its payload reaches, and the screens of who may call it."""
    given, person = await CASES[name]()
    role = next(role for role in Role if (name, role) in ALLOWED)
    part = await Participation.filter(influencer_id=person).first()
    campaign = part and encode("Campaign", part.campaign_id)
    campaign = campaign or given.get("campaignId") or given.get("id")
    assert CORE.mutation_type is not None
    payload = cast("GraphQLObjectType", get_named_type(CORE.mutation_type.fields[name].type))
    without = frozenset(field for field, roles in FIELDS.items() if role not in roles)
    if role is Role.SERVICE:
        without |= REFUSED_TO_SERVICES
    return {
        "name": name,
        "token": token(role, influencer=person if role is Role.INFLUENCER else None),
        "input": given,
        "mutation": f"mutation Doing($input: {input_of(name)}) {{ {name}(input: $input)"
        f" {{ {everything_of(payload, LEVELS, without)} }} }}",
        "screens": {
            screen: f"query {screen} {{ {text} }}"
            for screen, text in screens(role, campaign, person, part)
        },
    }


def screens(
    role: Role, campaign: str | None, person: int, part: Participation | None
) -> Iterator[tuple[str, str]]:
    """Yield the screens that show something of these, by their names; services have none."""
    if role not in EVERYWHERE:
        return
    yield from EVERYWHERE[role].items()
    for field, gid, fields in (
        ("campaign", campaign, OF_CAMPAIGN[role]),
        ("influencer", encode("Influencer", person), OF_PERSON),
        ("participation", part and encode("Participation", part.pk), OF_PART),
    ):
        for name, text in fields.items() if gid else ():
            yield name, f'{field}(id: "{gid}") {{ id {text} }}'


def values() -> list[str]:
    """The types whose objects have no id."""
    return [
        name
        for name, found in CORE.type_map.items()
        if isinstance(found, GraphQLObjectType) and "id" not in found.fields
    ]


async def run(url: str, given: Mapping[str, Any]) -> Any:
    """Return the JSON that the script prints about the cases."""
    node = await asyncio.create_subprocess_exec(
        "node",
        "caches.mjs",
        f"{url}/graphql",
        cwd=HERE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await node.communicate(json.dumps(given).encode())
    assert node.returncode == 0, errors.decode()
    return json.loads(output)


def stale(cached: Any, fresh: Any, path: str) -> Iterator[str]:
    """Yield what differs from what is so: a list by its name, for its rows; else the path."""
    if cached is None or isinstance(fresh, bool | int | str | None):
        if cached != fresh:
            yield f"{path}: {cached} is {fresh}"
    elif isinstance(fresh, dict):
        for key, value in cast("dict[str, Any]", fresh).items():
            yield from stale(cached[key], value, path if key == "nodes" else f"{path}.{key}")
    elif any(isinstance(row, dict) and "id" in row for row in [*fresh, *cached]):
        known = {row["id"]: row for row in cached}
        if list(known) != [row["id"] for row in fresh]:
            yield path.rpartition(".")[2]
        for row in fresh:
            if row["id"] in known:
                yield from stale(known[row["id"]], row, path)
    elif sorted(map(repr_of, cached)) != sorted(map(repr_of, fresh)):
        is_counts = path.endswith("myJobCounts")
        yield "myJobCounts" if is_counts else f"{path}: {cached} is {fresh}"


def repr_of(value: Any) -> str:
    """Return one text for equal values, whatever the order of their keys."""
    return json.dumps(value, sort_keys=True)
