"""A database of 0.1.0 goes on where it was: its rows, its screens, and what is done next."""

import asyncio
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from database.connection import attached
from database.session import connection, rows, run
from tests.commands.running import CommandLine, Ran
from tests.databases import Databases
from tests.live import serving
from tests.migrating import schema_of
from tests.models.dumps.asked import (
    ANSWERS,
    DUMPS,
    KEY,
    NEXT_PAGE,
    ask,
    questions,
    repeated,
)
from tests.models.dumps.make import Story
from tests.models.test_migrations import MIGRATIONS
from tests.tokens import STAFF
from workflow.enums import Action, Availability, CampaignStatus, ParticipationStatus, PostStatus
from workflow.post_addresses import digest

pytestmark = pytest.mark.slow  # each starts processes

OLD = 4
"So many migrations 0.1.0 had."
ADDED = {action for action in Action if action.name.startswith("RECORD_")}
"Actions that it did not know."
Rows = dict[str, dict[int, dict[str, Any]]]
Values = dict[tuple[str, int, str], Any]

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
}
KEYS = {
    "influencer_search": "influencer_id",
    "feed": "position",
    "plan_item": "place",
    "plan_drift": "place",
}
LEFT_OUT = ("tortoise_migrations", "availability_count", "availability_delta", "influencer_fts")
"Which migrations ran, and what is counted and indexed anew."

ADDRESSES = """\
campaign 2: post 9 (https://youtu.be/dQw4w9WgXcQ?si=x) is the same as post 8 \
(https://www.youtube.com/watch?v=dQw4w9WgXcQ), which holds the address
campaign 2: post 11 (https://www.youtube.com/shorts/jNQXAC9IVRw) is the same as post 10 \
(https://youtu.be/jNQXAC9IVRw), which holds the address
post 11 has its address again: no live post held it
"""
"What is told of posts that are one; post 10 is INEFFECTIVE."

CHANGED: Values = {
    ("campaign", 1, "title_key"): "花~glow",
    ("campaign", 1, "search_key"): "花~glow\n花 hana",
    ("influencer", 3, "external_id"): "crm-3",
    ("influencer", 3, "name_key"): "林怡君",
    ("influencer", 3, "category_mask"): 2,
    ("influencer", 6, "name_key"): "ольга 👩👩👧",
    ("influencer", 7, "name_key"): "タナカ 葛",
    ("influencer_search", 3, "text"): "林怡君\nlin.yijun",
    ("influencer_search", 6, "text"): "ольга 👩👩👧\ntiktok_6",
    ("influencer_search", 7, "text"): "タナカ 葛\ninstagram_7\nyoutube_7",
}
"The texts that are folded and cleaned more, with the two categories that are one."

TYPES = {
    "NORMAL": ("SOCIAL", False, None),
    "SELECTION": ("SOCIAL", True, None),
    "AFFILIATE": ("AFFILIATE", False, "URL_TRACKING"),
}


@dataclass(frozen=True)
class Carried:
    """A database of 0.1.0 after `migrate`."""

    url: str
    before: Rows
    migrated: Ran


@contextmanager
def carrying(databases: Databases, folder: Path) -> Generator[Carried]:
    """Restore the dump for this kind of database and migrate it, by the command."""
    with databases.lend(migrated=False) as url:
        before = asyncio.run(restored(url))
        yield Carried(url, before, CommandLine(folder, url)("migrate"))


@pytest.fixture(scope="module")
def carried(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Generator[Carried]:
    """One database for the tests that only read."""
    with carrying(databases, tmp_path_factory.mktemp("carried")) as one:
        yield one


@pytest.fixture(scope="module")
def http(carried: Carried, tmp_path_factory: pytest.TempPathFactory) -> Generator[httpx.Client]:
    """A client of a server on it."""
    folder = tmp_path_factory.mktemp("served")
    with serving(carried.url, folder) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def kind_of(url: str) -> str:
    return url.partition(":")[0]


async def restored(url: str) -> Rows:
    """Restore the dump into an empty database, as if it had been served just now; its rows."""
    async with attached(url):
        await connection().execute_script(DUMPS[kind_of(url)].read_text())
    async with attached(url):
        await run("UPDATE idempotency_key SET created_at = :now", now=datetime.now(UTC))
    return await stored(url)


async def stored(url: str) -> Rows:
    """Return all rows by table and key."""
    found: Rows = {}
    async with attached(url):
        tables = [row[0] for row in await rows(TABLES[kind_of(url)])]
        for table in tables:
            if not table.startswith(LEFT_OUT):
                client: Any = connection()
                _, lines = await client.execute_query(f"SELECT * FROM {table}")
                found[table] = {line[KEYS.get(table, "id")]: dict(line) for line in lines}
    return found


def values_of(found: Rows) -> Values:
    """Return each value with its place."""
    return {
        (table, key, column): value
        for table, lines in found.items()
        for key, line in lines.items()
        for column, value in line.items()
    }


def test_the_dump_has_every_status_and_action_that_0_1_0_could_store(carried: Carried) -> None:
    stored = {place: values - {None} for place, values in every_value(carried.before).items()}

    assert stored["participation", "status"] == set(ParticipationStatus)
    assert stored["campaign", "status"] == set(CampaignStatus)
    assert stored["campaign", "type"] == set(TYPES)
    assert stored["post", "status"] == set(PostStatus)
    assert stored["availability_override", "availability"] == set(Availability)
    assert stored["participation_event", "action"] == set(Action) - {Action.ERASE} - ADDED
    assert carried.before["idempotency_key"]


def every_value(found: Rows) -> dict[tuple[str, str], set[Any]]:
    """Return the values of each column of texts."""
    values = dict[tuple[str, str], set[Any]]()
    for (table, _, column), value in values_of(found).items():
        if isinstance(value, str | None):
            values.setdefault((table, column), set()).add(value)
    return values


async def test_rows_are_as_before_but_for_what_is_compared_otherwise(carried: Carried) -> None:
    before, after = values_of(carried.before), values_of(await stored(carried.url))
    changed: Values = {
        place: after.get(place) for place in before if after.get(place) != before[place]
    }

    categories = changed.pop(("influencer", 3, "categories"))
    assert json.loads(categories) == ["Fo\u200bod"]
    joined = {place: changed.pop(place) for place in list(changed) if place[0] == "category"}
    assert joined == {("category", 3, "id"): None, ("category", 3, "key"): None}
    digests = {place: changed.pop(place) for place in list(changed) if place[2] == "url_digest"}
    assert len(digests) == len(carried.before["post"])
    assert {place[2] for place in changed} - {"type"} == {place[2] for place in CHANGED}
    assert {place: new for place, new in changed.items() if place[2] != "type"} == CHANGED


async def test_new_columns_say_what_the_rules_say_of_old_rows(carried: Carried) -> None:
    after = await stored(carried.url)

    for key, was in carried.before["campaign"].items():
        now = after["campaign"][key]
        kind = (now["type"], bool(now["selection"]), now["affiliate_kind"])
        assert kind == TYPES[was["type"]]
    assert {row["type"] for row in carried.before["campaign"].values()} == set(TYPES)
    assert {key: post["round"] for key, post in after["post"].items() if post["round"] > 1} == {
        3: 2
    }
    without = {
        key for key, post in after["post"].items() if post["url_digest"] != digest(post["url"])
    }
    assert without == {9}
    assert after["post"][9]["url_digest"] == "post 9"


async def test_of_old_posts_staff_decided_the_status_that_they_have(carried: Carried) -> None:
    posts = (await stored(carried.url))["post"].values()

    assert {post["source"] for post in posts} == {"CREATOR"}
    for post in posts:
        decided = [post[f"decided_{what}"] for what in ("status", "warning", "reason")]
        assert decided == [post["status"], post["warning"], post["reason"]]
        assert (post["decided_at"] is None) == (post["status"] == "SUBMITTED")


async def test_the_command_tells_each_migration_and_which_posts_are_one(carried: Carried) -> None:
    assert carried.migrated.code == 0
    assert carried.migrated.out == "".join(f"applied {name}\n" for name in MIGRATIONS[OLD:])
    assert carried.migrated.err == ADDRESSES


async def test_the_schema_is_that_of_a_new_database(carried: Carried, databases: Databases) -> None:
    with databases.lend() as fresh:
        found = [await schema_of(url) for url in (carried.url, fresh)]

    assert found[0] == found[1]
    assert len(found[0]) > 50


def test_every_screen_answers_as_it_did(http: httpx.Client) -> None:
    was = json.loads(ANSWERS.read_text())
    now = {name: ask(http, *question)["data"] for name, question in questions(http).items()}

    del was["kept"]
    assert now.keys() == was.keys()
    lin = next(node for node in was["people"]["influencers"]["nodes"] if "林" in node["name"])
    lin["externalId"], lin["categories"] = "crm-3", ["Fo\u200bod"]
    # Of the platforms that they have chosen they have no account on one, which is to be connected.
    theirs = was["gid://joinery/Influencer/9"]
    theirs["myJobCounts"][0]["actionRequired"] += 1
    [job] = [job for job in theirs["myJobs"]["nodes"] if job["campaign"]["title"] == "Codes"]
    assert job["requiredAction"] is None
    job["requiredAction"] = {"type": "CONNECT_ACCOUNT"}
    for name in was:
        assert now[name] == was[name], name


def test_an_old_cursor_goes_on_where_it_was(http: httpx.Client) -> None:
    was = json.loads(ANSWERS.read_text())["first page"]["influencers"]
    page = ask(http, NEXT_PAGE, {"after": was["pageInfo"]["endCursor"]}, STAFF)
    both = ask(http, "{ influencers(first: 10) { nodes { id } } }", {}, STAFF)

    nodes = page["data"]["influencers"]["nodes"]
    assert was["nodes"] + nodes == both["data"]["influencers"]["nodes"]


def test_a_call_with_a_key_of_before_gets_its_answer_and_is_not_done_again(
    http: httpx.Client,
) -> None:
    (query, variables), answer = json.loads(ANSWERS.read_text())["kept"]
    history = "{ participations(first: 1, orderBy: UPDATED_DESC) { nodes { id version } } }"
    last = ask(http, history, {}, STAFF)

    assert ask(http, query, variables, STAFF, key=KEY)["data"] == answer
    assert ask(http, history, {}, STAFF) == last
    body = {"query": query, "variables": variables | {"other": 1}}
    headers = {"Authorization": f"Bearer {STAFF}", "Idempotency-Key": KEY}
    other = http.post("/graphql", json=body, headers=headers).json()
    assert other["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"


def test_work_goes_on_from_there(databases: Databases, tmp_path: Path) -> None:
    with (
        carrying(databases, tmp_path) as there,
        serving(there.url, tmp_path) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        story = Story(client)
        people = ask(client, "{ influencers(first: 100) { nodes { id name } } }", {}, STAFF)
        nodes = people["data"]["influencers"]["nodes"]
        story.people = {node["name"]: node["id"] for node in nodes}
        go_on(story)


def go_on(story: Story) -> None:
    """Do what the first edition did, and what is new in the second."""
    glow, ramen = "gid://joinery/Campaign/1", "gid://joinery/Campaign/2"
    olivia, second = "Olivia Smith", "Someone 2"
    before = {name: history(story, glow, name) for name in (olivia, "ﾀﾅｶ 葛\U000e0100")}

    story.add("新人", "JP", "INSTAGRAM", external="new", categories=["food"])
    story.mark(glow, "新人")
    assert history(story, glow, "新人") == ("APPROVED", 1, ["MARK_JOINED"], [])
    story.many("removeParticipants", glow, olivia)
    _, version, events, posts = before[olivia]
    assert history(story, glow, olivia) == ("REMOVED", version + 1, [*events, "REMOVE"], posts)
    story.show(glow, "ﾀﾅｶ 葛\U000e0100", "AVAILABLE")
    assert history(story, glow, "ﾀﾅｶ 葛\U000e0100") == before["ﾀﾅｶ 葛\U000e0100"]
    story.post(ramen, second, "https://www.instagram.com/p/Two")
    assert history(story, ramen, second)[3] == ["SUBMITTED", "INEFFECTIVE"]
    held = {"participationId": story.part(ramen, second), "url": "https://youtu.be/dQw4w9WgXcQ"}
    call = repeated("submitPost", "userErrors { code }", held)
    answer = ask(story.http, *call, story.of(second))["data"]["submitPost"]
    assert answer == {"userErrors": [{"code": "URL_IN_USE"}]}


def history(story: Story, campaign: str, name: str) -> tuple[str, int, list[str], list[str]]:
    """Return the status of a participation, its version, what happened, and its posts."""
    query = """query ($id: ID!) { participation(id: $id) {
        status version events { nodes { action } } posts { status } } }"""
    answer = ask(story.http, query, {"id": story.part(campaign, name)}, STAFF)
    part = answer["data"]["participation"]
    events = [node["action"] for node in part["events"]["nodes"]]
    return part["status"], part["version"], events, [post["status"] for post in part["posts"]]
