"""After `eraseInfluencer` the files of the database hold no text of the influencer.

Before it, the influencer and others store texts by the API, each with one of two rare words. One
has letters that would be found in single trigrams of FTS5 too, the other is for texts that must be
ASCII. SQLite's file and its write-ahead log are searched, and PostgreSQL's dump.
"""

import asyncio
import logging
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from database import log
from execution.engine import Params
from models.participation import ParticipationEvent
from models.webhook import DeliveryStatus
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from resolvers.plans import freezing
from tests import data
from tests.engine import ENGINE, SERVICE, STAFF, operation
from tests.postgres import Postgres
from workflow.enums import CampaignType, Platform, Role

LETTER, WORD = "\ua699\ua693", "qzxwvkj"
"Letters that folding does not change, and a word."
ACCOUNTS = ["first", "second"]


async def test_no_text_of_theirs_is_left_on_the_disk(
    db: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
):
    def on_disk() -> bytes:
        if db.startswith("postgresql"):
            return dump(request.getfixturevalue("postgres_server"), db)
        return files(db)

    person = await live()
    before = found(on_disk())
    assert all(before.values()), before

    caplog.set_level(logging.DEBUG)
    await call("eraseInfluencer", STAFF, influencerId=person, reason="asked for")

    after = found(on_disk())
    assert not any(after.values()), after
    assert not any(found(caplog.text.encode()).values())


async def test_what_a_list_kept_in_the_log_goes_once_it_is_frozen(
    db: str, monkeypatch: pytest.MonkeyPatch
):
    if not db.startswith("sqlite"):
        pytest.skip("the log of PostgreSQL is kept")
    monkeypatch.setattr(log, "ATTEMPTS", 5)
    person = await live()
    await data.plan(await data.campaign(), request=EVERYBODY)
    read, begun, go_on = freezing.campaign_row, asyncio.Event(), asyncio.Event()

    async def slowly(campaign: int) -> Any:
        row = await read(campaign)
        begun.set()
        await go_on.wait()
        return row

    monkeypatch.setattr(freezing, "campaign_row", slowly)
    freezing_ = asyncio.create_task(freezing.freeze_all())
    await begun.wait()
    await call("eraseInfluencer", STAFF, influencerId=person, reason="asked for")
    assert any(found(files(db)).values())

    go_on.set()
    await freezing_

    assert not any(found(files(db)).values())


EVERYBODY = '{"is_of_candidates": true, "filter": {}, "order": "FOLLOWERS_DESC"}'


def files(db: str) -> bytes:
    file = db.removeprefix("sqlite://")
    return b"".join(Path(each).read_bytes() for each in (file, f"{file}-wal"))


def dump(server: Postgres, url: str) -> bytes:
    command = [server.programs / "pg_dump", "--dbname", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def found(stored: bytes) -> dict[str, bool]:
    """Whether each word is there; a dump has the bytes of stored answers in hexadecimal."""
    stored = stored.lower()
    return {
        f"{word} as {form}": text in stored
        for word in (LETTER[0], LETTER[1], WORD)
        for form, text in (("text", word.encode()), ("hex", word.encode().hex().encode()))
        if form == "text" or stored[:2] == b"--"
    }


async def live() -> str:
    """Make an influencer with data in every table; return their id."""
    campaign = await data.campaign(platforms=[Platform.X])
    selection = await data.campaign(selection=True, platforms=[Platform.X])
    untracked = await data.campaign(type=CampaignType.AFFILIATE, post_tracking=False)
    person = await upserted(f"{LETTER} {WORD} the first")
    key = int(person.rpartition("/")[2])
    them = Caller(Role.INFLUENCER, f"externalId:{WORD}", f"{LETTER}", influencer_id=key)
    await connected(them, "X", ACCOUNTS[0])
    await upserted(f"{LETTER} {WORD} by another name")
    joined = await call("apply", them, campaignId=encode("Campaign", campaign.pk))
    part = {"participationId": joined["participation"]["id"]}
    for form in (f"{WORD}/status/17", f"{WORD}/{WORD}/{WORD}?by={WORD}"):
        posted = await call("submitPost", them, **part, url=f"https://x.com/{form}")
        await call(
            "setPostStatus",
            STAFF,
            postIds=[posted["post"]["id"]],
            status="WARNING",
            warning="OTHER",
            reason=f"{LETTER} must name {WORD}",
        )
    told = {"reason": f"{LETTER} is {WORD}", "message": f"Dear {LETTER}, dear {WORD}"}
    for other in (selection, untracked):
        mine = {"campaignId": encode("Campaign", other.pk)}
        reason = {"reason": told["reason"]}
        for availability in ("UNAVAILABLE", "AVAILABLE"):
            hidden = {"availability": availability, "influencerIds": [person], **reason}
            await call("setAvailability", STAFF, **mine, **hidden)
        marked = await call("markJoined", STAFF, **mine, influencerIds=[person], **told)
        [result] = marked["results"]
        if other is selection:
            ids = {"participationIds": [result["participation"]["id"]]}
            await call("setApplicantStatus", STAFF, **ids, status="REJECTED", **told)
        else:
            mine = {"participationId": result["participation"]["id"]}
            await call("withdraw", them, **mine, reason=f"{LETTER} leaves, and {WORD}")
    await connected(them, "TIKTOK", ACCOUNTS[1])
    await delivered(key)
    return person


async def delivered(influencer: int) -> None:
    """Store a message about the influencer, and the words of a receiver that refused another."""
    webhook = await data.webhook()
    first, second = await ParticipationEvent.filter(influencer_id=influencer).limit(2)
    names = {"payload": f'{{"name":"{LETTER} {WORD}"}}', "status": DeliveryStatus.DELIVERED}
    await data.delivery(webhook, first, 1, **names)
    await data.delivery(webhook, second, 2, last_error=f"It knows no {LETTER} {WORD}.")


async def upserted(name: str) -> str:
    given = {
        "externalId": WORD,
        "name": name,
        "email": f"{LETTER}@{WORD}.example",
        "avatarUrl": f"https://example.com/{WORD}.png",
        "country": "ID",
    }
    return (await call("upsertInfluencers", SERVICE, influencers=[given]))["influencers"][0]["id"]


async def connected(them: Caller, platform: str, name: str) -> None:
    account = {"externalId": f"{WORD}-{name}", "handle": f"{LETTER}{WORD}.{name}", "followers": 5}
    await call("connectAccount", them, platform=platform, **account)


INFLUENCER = "influencer { name email externalId avatarUrl accounts { handle externalId } }"
PARTICIPATION = (
    f"participation {{ id {INFLUENCER} events {{ nodes {{ actorName reason message }} }}"
    " posts { url reason } }"
)
SELECTED = {
    "apply": PARTICIPATION,
    "withdraw": PARTICIPATION,
    "submitPost": f"post {{ id url {PARTICIPATION} }}",
    "setPostStatus": f"results {{ post {{ url reason {PARTICIPATION} }} }}",
    "setAvailability": f"results {{ candidate {{ {INFLUENCER} }} }}",
    "markJoined": f"results {{ {PARTICIPATION} }}",
    "setApplicantStatus": f"results {{ {PARTICIPATION} }}",
    "upsertInfluencers": "influencers { id name email externalId avatarUrl }",
    "connectAccount": "account { handle externalId }",
    "eraseInfluencer": f"{INFLUENCER} removed {{ id }}",
}
_keys = iter(range(1_000))


async def call(field: str, caller: Caller, **given: Any) -> dict[str, Any]:
    """Run a mutation, whose answer is stored for its key; return the payload."""
    text = operation(field, f"{SELECTED[field]} userErrors {{ code message }}")
    params = Params(text, orjson.loads(orjson.dumps({"input": given})), None)
    context = Context(caller=caller, plain_accounts=True)
    key = f"key-{next(_keys)}"
    response = await ENGINE.execute(ENGINE.operation(params), params, context, key)
    body = orjson.loads(response.body)
    assert "errors" not in body, body["errors"]
    assert body["data"][field]["userErrors"] == []
    return body["data"][field]
