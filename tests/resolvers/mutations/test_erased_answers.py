"""Stored answers (`Idempotency-Key`) that hold data of an erased influencer."""

import asyncio
from typing import Any

import orjson
import pytest

from execution.engine import Engine, Params, Response
from execution.idempotency import Claim, IdempotencyKeys
from models.idempotency import IdempotencyKey
from models.influencer import Influencer, SocialAccount
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.ids import encode
from resolvers.mutations import stored_answers
from resolvers.plans.freezing import freeze_all
from schema import schema
from schema.mutations import erase_influencer
from tests import data
from tests.data import NOW
from tests.engine import STAFF, creator, mutate, operation
from workflow.enums import Action, ParticipationStatus, Platform

ENGINE = Engine(schema)
PAYLOAD = "participation { influencer { name } events { nodes { reason message } } }"


async def call(
    key: str, field: str, selected: str, caller: Caller = STAFF, **given: Any
) -> Response:
    params = Params(operation(field, selected), orjson.loads(orjson.dumps({"input": given})), None)
    context = Context(caller=caller, plain_accounts=True)
    return await ENGINE.execute(ENGINE.operation(params), params, context, key)


async def erase(person: Influencer) -> None:
    gid = encode("Influencer", person.pk)
    payload = await mutate(
        "eraseInfluencer", "userErrors { code }", influencerId=gid, reason="asked for"
    )
    assert payload == {"userErrors": []}


def code_of(response: Response) -> str | None:
    body = orjson.loads(response.body)
    return body["errors"][0]["extensions"]["code"] if "errors" in body else None


async def test_own_answers_are_gone_however_the_token_named_the_caller(db: str):
    person, other = await data.influencer(), await data.influencer()
    mine = Caller(creator(1).role, "someone@idp", "Mika", influencer_id=person.pk)
    for key, caller in (("1", creator(person.pk)), ("2", mine), ("3", creator(other.pk))):
        account: dict[str, Any] = {
            "platform": "X",
            "externalId": key,
            "handle": key,
            "followers": 1,
        }
        await call(key, "connectAccount", "outcome", caller, **account)

    await erase(person)

    assert [row.key for row in await IdempotencyKey.all()] == ["3"]


SHOWN = [
    ("markJoined", "results { influencerId }"),
    ("markJoined", "results { candidate { influencer { name } } }"),
    ("markJoined", "results { candidate { influencer { email } } }"),
    ("markJoined", "results { candidate { influencer { externalId } } }"),
    ("markJoined", "results { candidate { influencer { accounts { handle } } } }"),
    ("markJoined", "results { candidate { influencer { accounts { externalId } } } }"),
    ("markJoined", "results { participation { events { nodes { reason } } } }"),
    ("markJoined", "results { participation { events { nodes { message } } } }"),
    ("markJoined", "x: results { y: candidate { z: influencer { a: name } } }"),
]


@pytest.mark.parametrize(("field", "selected"), SHOWN)
async def test_an_answer_that_holds_something_of_theirs_is_not_given_again(
    db: str, field: str, selected: str
):
    person = await data.influencer((Platform.TIKTOK, 10), name='Mika "Q" \\ Satō')
    given: dict[str, Any] = {
        "campaignId": encode("Campaign", (await data.campaign()).pk),
        "influencerIds": [encode("Influencer", person.pk)],
        "reason": "a friend\nof ours",
        "message": "hello",
    }
    other = await data.influencer(name="Mika")
    named = {"externalId": other.external_id, "name": "Mika Satō"}
    await call("1", field, selected, **given)
    kept = await call("2", "upsertInfluencers", "influencers { name }", influencers=[named])

    await erase(person)

    again = await call("1", field, selected, **given)
    assert (again.is_replayed, code_of(again)) == (True, "ANSWER_ERASED")
    assert orjson.loads(again.body)["data"] is None
    repeated = await call("2", "upsertInfluencers", "influencers { name }", influencers=[named])
    assert repeated.body == kept.body


async def test_an_account_of_theirs_that_another_was_refused_is_not_told_again(db: str):
    person, other = await data.influencer((Platform.TIKTOK, 10)), await data.influencer()
    account = await SocialAccount.get(influencer_id=person.pk)
    claimed: dict[str, Any] = {
        "platform": "TIKTOK",
        "externalId": account.external_id,
        "handle": account.handle,
        "followers": 1,
    }
    selected = "userErrors { message }"
    first = await call("1", "connectAccount", selected, creator(other.pk), **claimed)
    assert account.handle in first.body.decode()

    await erase(person)

    again = await call("1", "connectAccount", selected, creator(other.pk), **claimed)
    assert code_of(again) == "ANSWER_ERASED"


async def test_a_name_that_is_a_key_of_all_answers_takes_none_along(db: str):
    for number, name in enumerate(("name", "Other")):
        named = {"externalId": f"id-{number}", "name": name}
        selected = "influencers { name }"
        await call(str(number), "upsertInfluencers", selected, influencers=[named])

    await erase(await Influencer.get(external_id="id-0"))

    rows = await IdempotencyKey.all().order_by("id")
    assert [b"ANSWER_ERASED" in (row.response or b"") for row in rows] == [True, False]


async def test_a_repeated_erasure_erases_what_was_stored_after_it_was_cut_off(
    db: str, monkeypatch: pytest.MonkeyPatch
):
    person = await data.influencer()
    gid = encode("Influencer", person.pk)
    given: dict[str, Any] = {"influencerId": gid, "reason": "asked for"}

    async def cut_off(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(erase_influencer, "erase_late", cut_off)
        await call("1", "eraseInfluencer", "influencer { id }", **given)
    late = await IdempotencyKey.create(
        caller="STAFF someone",
        key="2",
        digest="",
        holder="",
        leased_until=NOW,
        created_at=NOW,
        response=orjson.dumps({"data": {"id": gid}}),
    )

    await call("1", "eraseInfluencer", "influencer { id }", **given)

    await late.refresh_from_db()
    assert b"ANSWER_ERASED" in (late.response or b"")


async def test_a_repeated_erasure_that_was_refused_erases_nothing(db: str):
    person = await data.influencer((Platform.TIKTOK, 10))
    gid = encode("Influencer", person.pk)
    campaign = encode("Campaign", (await data.campaign(platforms=[Platform.TIKTOK])).pk)
    await call("apply", "apply", "userErrors { code }", creator(person.pk), campaignId=campaign)
    for _ in range(2):
        await call("1", "eraseInfluencer", "userErrors { code }", influencerId=gid, reason=" ")
    assert await IdempotencyKey.filter(influencer_id=person.pk).exists()


async def test_all_that_are_stored_are_looked_through(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stored_answers, "BATCH", 3)
    people = [await data.influencer() for _ in range(8)]
    for number, person in enumerate((*people, people[0])):
        named = {"externalId": person.external_id, "name": f"Name {person.pk}"}
        await call(str(number), "upsertInfluencers", "influencers { id }", influencers=[named])

    await erase(people[0])

    erased = [b"ANSWER_ERASED" in (row.response or b"") for row in await IdempotencyKey.all()]
    assert erased == [number in (0, 8) for number in range(9)]


async def test_a_run_that_has_committed_and_not_answered_stores_nothing_any_more(db: str):
    person = await data.influencer()
    claim = await IdempotencyKeys().claim(STAFF, "1", "digest")
    assert isinstance(claim, Claim)
    await claim.keep("upsertInfluencers", {"influencers": [{"name": person.name}]})

    await erase(person)
    await claim.store(orjson.dumps({"data": {"name": person.name}}), None)

    [row] = await IdempotencyKey.all()
    assert row.kept is None
    assert b"ANSWER_ERASED" in (row.response or b"")
    with pytest.raises(RequestError, match="taken over"):
        await claim.keep("next", {})


async def test_who_is_erased_again_takes_no_answers_of_others_along(db: str):
    """All erased influencers have the same name, and no other personal data."""
    people = [await data.influencer((Platform.TIKTOK, 10)) for _ in range(2)]
    part = await data.participation(await data.campaign(), people[0], ParticipationStatus.JOINED)
    await data.event(part, Action.MARK_JOINED)
    await erase(people[0])
    given: dict[str, Any] = {"influencerId": encode("Influencer", people[0].pk), "reason": "again"}
    await call("1", "eraseInfluencer", "influencer { name }", **given)

    await asyncio.gather(*map(erase, people))

    assert code_of(await call("1", "eraseInfluencer", "influencer { name }", **given)) is None


async def test_the_texts_of_a_plan_about_nobody_else_are_gone_from_answers(db: str):
    campaign, person = await data.campaign(), await data.influencer()
    given: dict[str, Any] = {
        "campaignId": encode("Campaign", campaign.pk),
        "action": "MARK_JOINED",
        "candidates": {"influencerIds": [encode("Influencer", person.pk)]},
        "reason": "They moved to Kyoto.",
    }
    first = await call("once", "createPlan", "plan { reason }", **given)
    assert b"Kyoto" in first.body
    await freeze_all()

    await erase(person)

    assert code_of(await call("once", "createPlan", "plan { reason }", **given)) == "ANSWER_ERASED"
