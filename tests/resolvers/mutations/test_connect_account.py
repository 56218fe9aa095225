"""`connectAccount` and `disconnectAccount`: which accounts a creator has."""

from typing import Any

import pytest

from models.influencer import Influencer, InfluencerSearch, SocialAccount
from models.participation import Participation, ParticipationEvent
from resolvers.context import Context
from resolvers.ids import encode
from tests import data
from tests.data import NOW
from tests.engine import STAFF, answer, creator, execute, mutate, operation, refusal
from transport.auth.tokens import ConnectProofs, sign
from transport.settings import Settings
from workflow.enums import CampaignStatus, ParticipationStatus, Platform

INSTAGRAM, TIKTOK, YOUTUBE = Platform.INSTAGRAM, Platform.TIKTOK, Platform.YOUTUBE
WAITING = ParticipationStatus.WAITING
PAYLOAD = """
    outcome
    account { id platform externalId handle followers connectedAt disconnectedAt }
    advanced { id status selectedAccount { id } }
    userErrors { code message field }
"""


SECRET = "a secret that the connecting service and this server share"
PROOFS = ConnectProofs(Settings(connect_secret=SECRET))


def gid(row: Any) -> str:
    return encode(type(row).__name__, row.pk)


async def sent(person: Influencer, given: dict[str, Any], context: Context) -> dict[str, Any]:
    context.caller = creator(person.pk)
    response = await execute(operation("connectAccount", PAYLOAD), {"input": given}, context)
    assert "errors" not in response, response["errors"]
    return response["data"]["connectAccount"]


async def connected(
    person: Influencer,
    platform: Platform = INSTAGRAM,
    followers: int = 10,
    external_id: str = "ig-1",
    handle: str = "tanaka",
) -> dict[str, Any]:
    """Connect by the plain fields, as in development."""
    given = {
        "platform": platform.value,
        "externalId": external_id,
        "handle": handle,
        "followers": followers,
    }
    return await sent(person, given, Context(clock=lambda: NOW, plain_accounts=True))


async def disconnected(person: Influencer, account: str) -> dict[str, Any]:
    return await mutate(
        "disconnectAccount",
        "outcome account { id disconnectedAt } userErrors { code field }",
        creator(person.pk),
        accountId=account,
    )


def code(payload: dict[str, Any]) -> str:
    """The code of the only refusal."""
    [error] = payload["userErrors"]
    assert (payload["outcome"], payload["account"]) == ("REFUSED", None)
    return error["code"]


# Connecting


async def test_what_nobody_sees_in_an_id_or_a_handle_is_left_out(db: str) -> None:
    person = await data.influencer()
    first = await connected(person, external_id="ig\u200b-1", handle="\u2060tana\u200dka")
    again = await connected(person)
    assert (first["outcome"], again["outcome"]) == ("CHANGED", "UNCHANGED")
    assert first["account"] == again["account"]


async def test_a_new_account_is_connected_and_counts_at_once(db: str):
    person = await data.influencer((TIKTOK, 5))
    payload = await connected(person, followers=1_000, handle=" Tanaka ")
    assert payload["outcome"] == "CHANGED"
    assert payload["account"]["handle"] == "Tanaka"
    assert payload["account"]["externalId"] == "ig-1"
    assert payload["account"]["disconnectedAt"] is None
    assert payload["advanced"] == []
    await person.refresh_from_db()
    assert (person.followers, person.f1, person.f2) == (1_000, 1_000, 5)
    assert "tanaka" in (await InfluencerSearch.get(influencer_id=person.pk)).text


async def test_what_is_so_already_is_unchanged_and_what_is_said_anew_changes(db: str):
    person = await data.influencer()
    first = await connected(person)
    again = await connected(person)
    assert (again["outcome"], again["account"]) == ("UNCHANGED", first["account"])
    more = await connected(person, followers=20, handle="suzuki")
    assert more["outcome"] == "CHANGED"
    assert more["account"] == first["account"] | {"followers": 20, "handle": "suzuki"}
    assert await SocialAccount.all().count() == 1


async def test_an_account_of_ones_own_is_connected_again_in_the_same_row(db: str):
    person = await data.influencer()
    account = (await connected(person))["account"]["id"]
    await disconnected(person, account)
    payload = await connected(person)
    assert payload["outcome"] == "CHANGED"
    assert payload["account"]["id"] == account
    assert payload["account"]["disconnectedAt"] is None
    assert await SocialAccount.all().count() == 1


async def test_an_account_that_someone_else_has_is_in_use_until_they_disconnect_it(db: str):
    person, other = await data.influencer(), await data.influencer()
    old = (await connected(other))["account"]["id"]
    payload = await connected(person)
    assert code(payload) == "ACCOUNT_IN_USE"
    assert payload["userErrors"][0]["field"] == ["input", "externalId"]
    await disconnected(other, old)
    payload = await connected(person)
    assert payload["outcome"] == "CHANGED"
    assert payload["account"]["id"] != old
    rows = await SocialAccount.all().order_by("id")
    assert [row.influencer_id for row in rows] == [other.pk, person.pk]
    assert [row.disconnected_at is None for row in rows] == [False, True]
    assert code(await connected(other)) == "ACCOUNT_IN_USE"


async def test_the_same_id_on_another_platform_is_another_account(db: str):
    person, other = await data.influencer(), await data.influencer()
    await connected(other, platform=TIKTOK)
    assert (await connected(person))["outcome"] == "CHANGED"


async def test_fifty_accounts_are_the_most(db: str):
    person = await data.influencer(*[(INSTAGRAM, 1)] * 50)
    assert code(await connected(person)) == "TOO_MANY_ITEMS"
    taken = await SocialAccount.get(influencer_id=(await data.influencer((INSTAGRAM, 1))).pk)
    assert code(await connected(person, external_id=taken.external_id)) == "TOO_MANY_ITEMS"
    first = await SocialAccount.filter(influencer_id=person.pk).first()
    assert first is not None
    await disconnected(person, gid(first))
    assert (await connected(person))["outcome"] == "CHANGED"
    assert (await connected(person, followers=2))["outcome"] == "CHANGED"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"followers": -1}, "followers"),
        ({"handle": "  "}, "handle"),
        ({"handle": "x" * 201}, "handle"),
        ({"external_id": "a\0"}, "externalId"),
    ],
)
async def test_wrong_fields_are_named(db: str, wrong: dict[str, Any], path: str):
    payload = await connected(await data.influencer(), **wrong)
    assert code(payload) == "INVALID_INPUT"
    assert payload["userErrors"][0]["field"] == ["input", path]
    assert await SocialAccount.all().count() == 0


# Moving on who waits


@pytest.mark.parametrize(("selection", "status"), [(True, "APPLIED"), (False, "JOINED")])
async def test_the_first_qualifying_account_moves_on_who_waits(
    db: str, selection: bool, status: str
):
    campaign = await data.campaign(selection=selection, followers_min=100)
    person = await data.influencer((INSTAGRAM, 99), (YOUTUBE, 5_000))
    part = await data.participation(campaign, person, WAITING)
    payload = await connected(person, followers=100)
    [advanced] = payload["advanced"]
    assert advanced["id"] == gid(part)
    assert advanced["status"] == status
    assert advanced["selectedAccount"]["id"] == payload["account"]["id"]
    [event] = await ParticipationEvent.all()
    assert (event.action, event.from_status, event.to_status) == (
        "CONNECT_ACCOUNT", "WAITING", status,
    )  # fmt: skip
    assert (event.actor_role, event.actor_id) == ("INFLUENCER", gid(person))
    await part.refresh_from_db()
    assert (part.version, part.followers) == (2, 5_000)


async def test_accounts_that_do_not_qualify_or_are_not_the_first_move_nobody(db: str):
    campaign = await data.campaign(followers_min=100)
    several = await data.influencer((TIKTOK, 200))
    person = await data.influencer()
    for waiting in (several, person):
        await data.participation(campaign, waiting, WAITING)
    assert (await connected(several, followers=300))["advanced"] == []
    assert (await connected(person, followers=99, external_id="ig-2"))["advanced"] == []
    assert (await connected(person, YOUTUBE, followers=500))["advanced"] == []
    assert await ParticipationEvent.all().count() == 0


async def test_a_mere_change_of_followers_moves_nobody_and_a_reconnection_does(db: str):
    campaign = await data.campaign(followers_min=100)
    person = await data.influencer()
    part = await data.participation(campaign, person, WAITING)
    await connected(person, followers=50)
    grown = await connected(person, followers=500)
    assert (grown["outcome"], grown["advanced"]) == ("CHANGED", [])
    await disconnected(person, grown["account"]["id"])
    again = await connected(person, followers=500)
    assert [one["id"] for one in again["advanced"]] == [gid(part)]


async def test_at_full_capacity_the_account_is_connected_and_they_go_on_waiting(db: str):
    full = await data.campaign(capacity=0)
    open_ = await data.campaign(capacity=1)
    person = await data.influencer()
    waiting = await data.participation(full, person, WAITING)
    part = await data.participation(open_, person, WAITING)
    payload = await connected(person)
    assert payload["outcome"] == "CHANGED"
    assert [one["id"] for one in payload["advanced"]] == [gid(part)]
    await waiting.refresh_from_db()
    assert (waiting.status, waiting.version) == ("WAITING", 1)
    await open_.refresh_from_db()
    assert open_.places_taken == 1


async def test_a_closed_campaign_moves_nobody(db: str):
    campaign = await data.campaign(status=CampaignStatus.COMPLETED)
    person = await data.influencer()
    await data.participation(campaign, person, WAITING)
    payload = await connected(person)
    assert (payload["outcome"], payload["advanced"]) == ("CHANGED", [])


# Proofs


def proof(influencer: str, secret: str = SECRET) -> str:
    claims = {
        "influencer": influencer,
        "platform": "INSTAGRAM",
        "externalId": "ig-9",
        "handle": "proven",
        "followers": 77,
    }
    return sign(secret, claims, 60)


async def test_a_proof_is_believed_and_the_plain_fields_beside_it_are_not(db: str):
    person = await data.influencer()
    lies = {"platform": "TIKTOK", "externalId": "x", "handle": "liar", "followers": 9_999_999}
    for name, outcome in (
        (gid(person), "CHANGED"),
        (f"externalId:{person.external_id}", "UNCHANGED"),
    ):
        given = {"proof": proof(name), **lies}
        payload = await sent(person, given, Context(clock=lambda: NOW, proofs=PROOFS))
        assert payload["outcome"] == outcome
        assert payload["account"]["handle"] == "proven"
        assert payload["account"]["followers"] == 77
        assert payload["account"]["platform"] == "INSTAGRAM"


async def test_what_is_not_proven_to_be_the_callers_is_refused(db: str):
    person, other = await data.influencer(), await data.influencer()
    plain = {"platform": "INSTAGRAM", "externalId": "x", "handle": "h", "followers": 1}
    for given in (
        {"proof": proof(gid(other))},
        {"proof": proof(person.name)},
        {"proof": proof(gid(person), secret="another secret, which nobody has agreed on")},
        {"proof": "nonsense"},
        plain,
        {},
    ):
        payload = await sent(person, given, Context(clock=lambda: NOW, proofs=PROOFS))
        assert code(payload) == "INVALID_INPUT"
        assert payload["userErrors"][0]["field"] == ["input", "proof"]
    assert await SocialAccount.all().count() == 0


@pytest.mark.parametrize("token", ["forged", ""])
async def test_in_development_a_wrong_proof_is_not_replaced_by_plain_fields(db: str, token: str):
    person = await data.influencer()
    given = {"proof": token, "platform": "X", "externalId": "x", "handle": "h", "followers": 1}
    for proofs in (PROOFS, None):
        development = Context(clock=lambda: NOW, proofs=proofs, plain_accounts=True)
        assert code(await sent(person, given, development)) == "INVALID_INPUT"


async def test_a_proven_account_that_someone_else_has_is_in_use(db: str):
    person, other = await data.influencer(), await data.influencer()
    await connected(other, external_id="ig-9")
    given = {"proof": proof(gid(person))}
    payload = await sent(person, given, Context(clock=lambda: NOW, proofs=PROOFS))
    assert code(payload) == "ACCOUNT_IN_USE"
    assert payload["userErrors"][0]["field"] == ["input", "proof"]


async def test_missing_plain_fields_are_all_named(db: str):
    person = await data.influencer()
    payload = await sent(person, {"handle": "h"}, Context(clock=lambda: NOW, plain_accounts=True))
    fields = [error["field"][1] for error in payload["userErrors"]]
    assert fields == ["platform", "externalId", "followers"]


async def test_connecting_is_offered_while_there_is_room_for_an_account(db: str):
    person = await data.influencer(*[(YOUTUBE, 10)] * 50)
    waiting = await data.participation(await data.campaign(), person, WAITING)
    gone = await data.account(person, INSTAGRAM, 10, disconnected_at=NOW)
    lost = await data.participation(
        await data.campaign(), person, ParticipationStatus.JOINED, selected_account_id=gone.pk
    )
    refused = await connected(person)
    assert [error["code"] for error in refused["userErrors"]] == ["TOO_MANY_ITEMS"]
    for part in (waiting, lost):
        assert await offered(person, part) == (False, ["TOO_MANY_ITEMS"])

    await disconnected(person, gid(await SocialAccount.filter(disconnected_at=None).first()))
    for part in (waiting, lost):
        assert await offered(person, part) == (True, [])
    assert [one["id"] for one in (await connected(person))["advanced"]] == [gid(waiting)]


async def offered(person: Influencer, part: Participation) -> tuple[bool, list[str]]:
    """Whether connecting is available where it is required, and what blocks it."""
    shown = await answer(
        "query($id: ID!) { participation(id: $id) {"
        " availableActions requiredAction { type blockedBy } campaign { viewerBlockers } } }",
        creator(person.pk),
        id=gid(part),
    )
    step = shown["participation"]["requiredAction"]
    assert step["type"] == "CONNECT_ACCOUNT"
    assert set(step["blockedBy"]) <= set(shown["participation"]["campaign"]["viewerBlockers"])
    return "CONNECT_ACCOUNT" in shown["participation"]["availableActions"], step["blockedBy"]


# Disconnecting


async def test_a_disconnected_account_stays_where_it_was_selected(db: str):
    person = await data.influencer((TIKTOK, 5))
    account = (await connected(person, followers=500))["account"]["id"]
    number = int(account.rpartition("/")[2])
    part = await data.participation(
        await data.campaign(), person, ParticipationStatus.JOINED, selected_account_id=number
    )
    payload = await disconnected(person, account)
    assert payload["outcome"] == "CHANGED"
    assert payload["account"]["disconnectedAt"] is not None
    again = await disconnected(person, account)
    assert (again["outcome"], again["account"]) == ("UNCHANGED", payload["account"])
    await person.refresh_from_db()
    assert (person.followers, person.f1) == (5, None)
    await part.refresh_from_db()
    assert (part.status, part.selected_account_id, part.followers) == ("JOINED", number, 5)
    shown = await mutate(
        "withdraw", "participation { id }", creator(person.pk), dry=True, participationId=gid(part)
    )
    assert shown["participation"]["id"] == gid(part)


async def test_accounts_of_others_and_what_is_none_are_not_there(db: str):
    person, other = await data.influencer((INSTAGRAM, 10)), await data.influencer((INSTAGRAM, 10))
    foreign = await SocialAccount.get(influencer_id=other.pk)
    for given in (gid(foreign), gid(person), "nonsense", "gid://joinery/SocialAccount/999999"):
        payload = await disconnected(person, given)
        assert payload["userErrors"] == [{"code": "NOT_FOUND", "field": ["input", "accountId"]}]
    await foreign.refresh_from_db()
    assert foreign.disconnected_at is None


async def test_staff_have_no_accounts_to_connect(db: str):
    connect, disconnect = operation("connectAccount", "outcome"), "disconnectAccount"
    assert await refusal(connect, STAFF, input={"proof": "x"}) == "FORBIDDEN"
    assert await refusal(connect, None, input={"proof": "x"}) == "UNAUTHENTICATED"
    given = {"accountId": "x"}
    assert await refusal(operation(disconnect, "outcome"), STAFF, input=given) == "FORBIDDEN"


async def test_nothing_of_a_dry_run_stays(db: str):
    campaign = await data.campaign()
    person = await data.influencer()
    part = await data.participation(campaign, person, WAITING)
    context = Context(clock=lambda: NOW, plain_accounts=True, caller=creator(person.pk))
    given = {"platform": "INSTAGRAM", "externalId": "x", "handle": "h", "followers": 1}
    tried = operation("connectAccount", PAYLOAD, dry=True)
    response = await execute(tried, {"input": given}, context)
    assert "errors" not in response
    assert len(response["data"]["connectAccount"]["advanced"]) == 1
    assert await SocialAccount.all().count() == 0
    assert (await Participation.get(id=part.pk)).status == "WAITING"
