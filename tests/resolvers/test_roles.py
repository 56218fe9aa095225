"""Who may see what, field by field, with someone else's data beside it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType, is_leaf_type

from execution.engine import Params
from models import profiles
from models.influencer import SocialAccount
from models.participation import Participation, Post
from models.referral_code import ReferralCode
from projection.internals import core_schema
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.ids import encode
from schema import schema
from tests import data
from tests.data import NOW
from tests.engine import ADVERTISER, ENGINE, SERVICE, STAFF, STRANGER, creator, execute
from workflow.enums import (
    Action,
    Availability,
    CampaignStatus,
    ParticipationStatus,
    Platform,
    PostStatus,
    PostWarning,
    Role,
)

Answer = tuple[Any, list[tuple[str, str]]]
"""The data, and the errors: code and last response key."""


async def ask(query: str, caller: Caller | None, **variables: Any) -> Answer:
    response = await execute(query, variables, Context(caller=caller, clock=lambda: NOW))
    errors = [
        (error["extensions"]["code"], str(error["path"][-1]))
        for error in response.get("errors", ())
    ]
    return response["data"], errors


async def resolved(query: str) -> list[tuple[str, object]]:
    """Return the errors, code and path, of resolvers that nobody's request reaches.

    The engine refuses it before: this goes past that.
    """
    params = Params(query, {}, None)
    executor = ENGINE.prepare(
        ENGINE.operation(params), params, Context(caller=None, clock=lambda: NOW)
    )
    errors = (await executor.execute()).errors or ()
    return [((error.extensions or {})["code"], error.path) for error in errors]


@dataclass
class World:
    """Our campaign with us in it, and others' with others; `ids` by name."""

    creator: Caller
    ids: dict[str, str]

    def callers(self) -> dict[str, Caller]:
        return {"STAFF": STAFF, "ADVERTISER": ADVERTISER, "INFLUENCER": self.creator}

    def everybody(self) -> dict[str, Caller]:
        return {**self.callers(), "SERVICE": SERVICE}


async def world() -> World:
    ours = await data.campaign(selection=True, capacity=9, title="ours")
    theirs = await data.campaign(
        selection=True, advertiser_id="other", countries=["TH"], title="theirs"
    )
    draft = await data.campaign(advertiser_id=None, status=CampaignStatus.DRAFT, title="draft")
    ids = {
        f"{name}.Campaign": encode("Campaign", campaign.pk)
        for name, campaign in {"ours": ours, "theirs": theirs, "draft": draft}.items()
    }
    me = await data.influencer((Platform.INSTAGRAM, 10), name="me")
    other = await data.influencer((Platform.INSTAGRAM, 10), name="other")
    nobody = await data.influencer((Platform.INSTAGRAM, 10), name="nobody", country="TH")
    ids["nobody.Influencer"] = encode("Influencer", nobody.pk)
    for name, campaign, person in (("ours", ours, me), ("theirs", theirs, other)):
        part = await data.participation(campaign, person, ParticipationStatus.APPROVED)
        post = await data.post(part, PostStatus.WARNING, warning=PostWarning.AD_FRAUD, reason="bad")
        account = await SocialAccount.get(influencer_id=person.pk)
        plan = await data.plan(campaign)
        ids[f"{name}.Plan"] = encode("Plan", plan.pk)
        for who in (Role.STAFF, Role.ADVERTISER, Role.INFLUENCER):
            named = {"actor_role": who, "actor_name": who.value, "plan_id": plan.pk}
            event = await data.event(part, Action.APPROVE, decision=data.receipt(account), **named)
            ids[f"{name}.{who}"] = encode("ParticipationEvent", event.pk)
        ids[f"{name}.ParticipationEvent"] = ids[f"{name}.STAFF"]
        hidden = await data.event(part, Action.SET_AVAILABILITY)
        ids[f"{name}.override"] = encode("ParticipationEvent", hidden.pk)
        pair = f"{campaign.pk}-{person.pk}"
        ids |= {
            f"{name}.Influencer": encode("Influencer", person.pk),
            f"{name}.Participation": encode("Participation", part.pk),
            f"{name}.Post": encode("Post", post.pk),
            f"{name}.SocialAccount": encode("SocialAccount", account.pk),
            f"{name}.Candidate": encode("Candidate", pair),
            f"{name}.PostRow": encode("PostRow", f"{part.pk}-{post.pk}"),
        }
        webhook = await data.webhook(campaign_id=campaign.pk)
        delivery = await data.delivery(webhook, hidden, 1)
        ids[f"{name}.Webhook"] = encode("Webhook", webhook.pk)
        ids[f"{name}.Delivery"] = encode("Delivery", delivery.pk)
    return World(creator(me.pk), ids)


# Root fields

LISTS = "{ totalCount nodes { __typename } }"
ROOT: dict[str, tuple[str, str]] = {
    # field: what to ask, and the roles that may never ask for it
    "viewer": ("viewer { role }", ""),
    "node": ('node(id: "x") { id }', ""),
    "nodes": ("nodes(ids: []) { id }", ""),
    "campaign": ('campaign(id: "x") { id }', "SERVICE"),
    "campaigns": (f"campaigns {LISTS}", "SERVICE"),
    "influencer": ('influencer(id: "x") { id }', "SERVICE"),
    "influencers": (f"influencers {LISTS}", "ADVERTISER INFLUENCER SERVICE"),
    "plan": ('plan(id: "x") { id }', "ADVERTISER INFLUENCER SERVICE"),
    "webhooks": ("webhooks { id }", "ADVERTISER INFLUENCER SERVICE"),
    "vocabulary": ("vocabulary { advertiserIds }", "ADVERTISER INFLUENCER SERVICE"),
    "participation": ('participation(id: "x") { id }', "SERVICE"),
    "participations": (f"participations {LISTS}", "SERVICE"),
    "participationEvents": (f"participationEvents {LISTS}", "INFLUENCER SERVICE"),
    "myJobs": (f"myJobs {LISTS}", "STAFF ADVERTISER SERVICE"),
    "myJobCounts": ("myJobCounts { count }", "STAFF ADVERTISER SERVICE"),
    "workflow": ("workflow { action }", "SERVICE"),
}


def graphql_type(name: str) -> GraphQLObjectType:
    found = core_schema(schema).get_type(name)
    assert isinstance(found, GraphQLObjectType)
    return found


def test_no_root_field_is_forgotten():
    assert set(graphql_type("Query").fields) == set(ROOT)


async def test_root_fields_are_for_their_roles_alone(db: str):
    there = await world()
    for field, (query, denied) in ROOT.items():
        for role, caller in there.everybody().items():
            _, errors = await ask(f"{{ {query} }}", caller)
            assert errors == ([("FORBIDDEN", field)] if role in denied else []), (field, role)


async def test_without_a_token_there_is_nothing_but_the_schema(db: str):
    for field, (query, _) in ROOT.items():
        refused = await execute(f"{{ {query} }}", {}, Context(caller=None))
        assert [error["extensions"]["code"] for error in refused.pop("errors")] == [
            "UNAUTHENTICATED"
        ]
        assert refused == {}
        assert await resolved(f"{{ ... {{ {query} }} }}") == [("UNAUTHENTICATED", [field])]
    assert await ask("{ __typename __schema { queryType { name } } }", None) == (
        {"__typename": "Query", "__schema": {"queryType": {"name": "Query"}}},
        [],
    )


# Objects: whose are whose

SEEN: dict[str, tuple[set[str], set[str]]] = {
    # of ours; of the others' (STAFF sees all of both)
    "ADVERTISER": (
        {"Campaign", "Influencer", "SocialAccount", "Participation", "ParticipationEvent"}
        | {"Post", "PostRow"},
        set[str](),
    ),
    "INFLUENCER": (
        {"Campaign", "Influencer", "SocialAccount", "Participation", "ParticipationEvent", "Post"},
        set[str](),
    ),
    "SERVICE": (set(), set()),
}
TYPES = [
    "Campaign",
    "Influencer",
    "SocialAccount",
    "Participation",
    "ParticipationEvent",
    "Post",
    "PostRow",
    "Candidate",
    "Webhook",
    "Delivery",
    "Plan",
]


def test_no_type_with_an_id_is_forgotten():
    core: Any = core_schema(schema)
    found = core.get_possible_types(core.get_type("Node"))
    assert {each.name for each in found} == set(TYPES)


async def test_anothers_object_is_null_whichever_way_it_is_asked_for(db: str):
    there = await world()
    for role, caller in there.everybody().items():
        for whose, which in (("ours", 0), ("theirs", 1)):
            for name in TYPES:
                gid = there.ids[f"{whose}.{name}"]
                seen = role == "STAFF" or name in SEEN[role][which]
                found, errors = await ask(
                    "query($id: ID!) { node(id: $id) { id __typename } nodes(ids: [$id]) { id } }",
                    caller,
                    id=gid,
                )
                assert not errors
                expected = {"id": gid, "__typename": name} if seen else None
                assert found["node"] == expected, (role, whose, name)
                assert found["nodes"] == [{"id": gid} if seen else None]
                field = {"Campaign": "campaign", "Influencer": "influencer"}.get(name)
                field = "participation" if name == "Participation" else field
                if field and role != "SERVICE":
                    query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
                    found, errors = await ask(query, caller, id=gid)
                    assert (found[field], errors) == ({"id": gid} if seen else None, [])


async def test_malformed_and_unknown_ids_are_null_as_well(db: str):
    await world()
    for gid in (
        "",
        "nonsense",
        "gid://joinery/Campaign/999",
        "gid://joinery/Campaign/1-2",
        "gid://joinery/Candidate/1",
        "gid://joinery/Candidate/999-999",
        "gid://joinery/PostRow/999-0",
        "gid://joinery/Nothing/1",
        "gid://joinery/Campaign/" + "9" * 30,
        "\0",
    ):
        for field in ("node", "campaign", "influencer", "participation"):
            query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
            assert await ask(query, STAFF, id=gid) == ({field: None}, []), gid


async def test_lists_hold_what_the_caller_may_see_alone(db: str):
    there = await world()
    one, all_ = ["ours"], ["draft", "ours", "theirs"]
    for role, campaigns, participations in (
        ("STAFF", all_, ["ours", "theirs"]),
        ("ADVERTISER", one, one),
        ("INFLUENCER", one, one),
    ):
        found, errors = await ask(
            "{ campaigns { totalCount nodes { id } } participations { totalCount nodes { id } } }",
            there.callers()[role],
        )
        assert not errors
        for field, name, whose in (
            ("campaigns", "Campaign", campaigns),
            ("participations", "Participation", participations),
        ):
            assert {node["id"] for node in found[field]["nodes"]} == {
                there.ids[f"{each}.{name}"] for each in whose
            }
            assert found[field]["totalCount"] == len(whose)


async def test_an_influencer_sees_a_campaign_where_they_once_took_part(db: str):
    there = await world()
    theirs = await data.campaign(countries=["TH"])
    assert there.creator.influencer_id is not None
    query = "query($id: ID!) { campaign(id: $id) { id viewerParticipation { status } } }"
    gid = encode("Campaign", theirs.pk)
    assert (await ask(query, there.creator, id=gid))[0] == {"campaign": None}
    me = await data.Influencer.get(id=there.creator.influencer_id)
    await data.participation(theirs, me, ParticipationStatus.REMOVED)
    assert (await ask(query, there.creator, id=gid))[0] == {
        "campaign": {"id": gid, "viewerParticipation": {"status": "REMOVED"}}
    }


async def test_an_influencers_participations_are_cut_to_the_advertisers_own(db: str):
    there = await world()
    query = "query($id: ID!) { influencer(id: $id) { participations { totalCount nodes { id } } } }"
    me = await data.Influencer.get(id=there.creator.influencer_id)
    elsewhere = await data.campaign(advertiser_id="other")
    await data.participation(elsewhere, me, ParticipationStatus.JOINED)
    for role, total in (("STAFF", 2), ("ADVERTISER", 1), ("INFLUENCER", 2)):
        found, _ = await ask(query, there.callers()[role], id=there.ids["ours.Influencer"])
        assert found["influencer"]["participations"]["totalCount"] == total
    found, _ = await ask(query, ADVERTISER, id=there.ids["nobody.Influencer"])
    assert found == {"influencer": None}


# Fields of types

FORBIDDEN = {
    ("Campaign", "candidates"): "ADVERTISER INFLUENCER",
    ("Campaign", "candidate"): "ADVERTISER INFLUENCER",
    ("Campaign", "candidateCounts"): "ADVERTISER INFLUENCER",
    ("Campaign", "whatIf"): "ADVERTISER INFLUENCER",
    ("Campaign", "plans"): "ADVERTISER INFLUENCER",
    ("Campaign", "applicants"): "INFLUENCER",
    ("Campaign", "applicantCounts"): "INFLUENCER",
    ("Campaign", "posts"): "INFLUENCER",
    ("Campaign", "postCounts"): "INFLUENCER",
    ("Campaign", "capacity"): "INFLUENCER",
    ("Campaign", "advertiserId"): "INFLUENCER",
    ("Campaign", "referralCodes"): "ADVERTISER INFLUENCER",
}
"""All others are for every role that sees the object."""
ARGUMENTS = {
    ("Campaign", "candidate"): '(influencerId: "x")',
    ("Campaign", "whatIf"): "(rules: {})",
}
"""Of fields that cannot be asked for without."""
NULL = {
    ("Participation", "candidate"): "ADVERTISER INFLUENCER",
    ("ParticipationEvent", "actorId"): "ADVERTISER INFLUENCER",
    ("ParticipationEvent", "decision"): "ADVERTISER INFLUENCER",
    ("ParticipationEvent", "plan"): "ADVERTISER INFLUENCER",
    ("Post", "row"): "INFLUENCER",
}
"""For these roles a field is null without an error; for the others it has a value."""


def selection(graphql: Any) -> str:
    while hasattr(graphql, "of_type"):
        graphql = graphql.of_type
    return "" if is_leaf_type(graphql) else "{ __typename }"


@pytest.mark.parametrize("name", TYPES)
async def test_fields_are_for_their_roles_alone(db: str, name: str):
    there = await world()
    for role, caller in there.callers().items():
        if role != "STAFF" and name not in SEEN[role][0]:
            continue
        for field, definition in graphql_type(name).fields.items():
            asked = f"{field}{ARGUMENTS.get((name, field), '')} {selection(definition.type)}"
            query = f"query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {asked} }} }} }}"
            found, errors = await ask(query, caller, id=there.ids[f"ours.{name}"])
            denied = role in FORBIDDEN.get((name, field), "")
            assert errors == ([("FORBIDDEN", field)] if denied else []), (role, field)
            if (name, field) in NULL:
                assert (found["node"][field] is None) is (role in NULL[name, field]), (role, field)


async def test_a_forbidden_field_that_may_be_null_leaves_the_others_as_they_are(db: str):
    there = await world()
    for query in (
        "query($id: ID!) { campaign(id: $id) { title capacity } }",
        (
            "query($id: ID!) { campaign(id: $id) { title ... on Node { ...C } } }"
            " fragment C on Campaign { capacity }"
        ),
    ):
        for _ in range(2):
            found, errors = await ask(query, there.creator, id=there.ids["ours.Campaign"])
            assert found == {"campaign": {"title": "ours", "capacity": None}}
            assert errors == [("FORBIDDEN", "capacity")]
    query = "query($id: ID!) { campaign(id: $id) { title placesTaken } }"
    found, errors = await ask(query, there.creator, id=there.ids["ours.Campaign"])
    assert (found, errors) == ({"campaign": {"title": "ours", "placesTaken": None}}, [])


async def test_each_refused_field_is_told(db: str):
    there = await world()
    query = """query($id: ID!) {
        one: campaign(id: $id) { capacity advertiserId }
        two: campaign(id: $id) { capacity }
    }"""
    found, errors = await ask(query, there.creator, id=there.ids["ours.Campaign"])
    nothing = {"capacity": None, "advertiserId": None}
    assert found == {"one": nothing, "two": {"capacity": None}}
    assert sorted(errors) == [("FORBIDDEN", "advertiserId"), *[("FORBIDDEN", "capacity")] * 2]


async def test_services_read_in_payloads_what_staff_read_and_no_lists_but_some(db: str):
    there = await world()
    text = """mutation($url: URL!, $id: ID!) {
        recordPosts(input: { posts: [{ participationId: $id, url: $url }] }) {
            results { outcome posts { source participation { SELECTION } } } } }"""

    async def read(selection: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        query = text.replace("SELECTION", selection)
        url = "https://www.tiktok.com/@a/video/1"
        return await ask(query, SERVICE, id=there.ids["ours.Participation"], url=url)

    found, errors = await read(
        """status availableActions posts { warning reason availableActions }
        campaign { title capacity advertiserId placesTaken platforms }
        influencer { email externalId accounts { externalId } }"""
    )
    assert not errors
    [post] = found["recordPosts"]["results"][0]["posts"]
    part = post["participation"]
    assert part["availableActions"] == ["RECORD_POST", "RECORD_FINDING"]
    assert [one["availableActions"] for one in part["posts"]] == [["RECORD_FINDING"]] * 2
    assert part["campaign"] == {
        "title": "ours",
        "capacity": 9,
        "advertiserId": "acme",
        "placesTaken": 1,
        "platforms": ["INSTAGRAM", "TIKTOK"],
    }
    assert all(part["influencer"].values())
    assert part["influencer"]["accounts"][0]["externalId"]

    lists = (
        "candidates",
        "candidateCounts",
        "plans",
        "applicants",
        "applicantCounts",
        "posts",
        "postCounts",
    )
    for asked in (*lists, "whatIf(rules: {})"):
        found, errors = await read(f"campaign {{ {asked} {{ __typename }} }}")
        field = asked.partition("(")[0]
        assert errors == [("FORBIDDEN", field)]
        [post] = found["recordPosts"]["results"][0]["posts"]
        assert post["participation"]["campaign"] == {field: None}
    _, errors = await read("influencer { participations { totalCount } }")
    assert errors == [("FORBIDDEN", "participations")]


async def test_a_list_that_is_never_null_refuses_a_service_the_whole_mutation(db: str):
    there = await world()
    text = """mutation($url: URL!, $id: ID!) {
        fine: recordPosts(input: { posts: [{ participationId: $id, url: $url }] }, dryRun: true) {
            summary { changed } }
        recordPosts(input: { posts: [{ participationId: $id, url: $url }] }) {
            results { posts { participation { events { totalCount } } } } } }"""
    url = "https://www.tiktok.com/@a/video/1"
    found, errors = await ask(text, SERVICE, id=there.ids["ours.Participation"], url=url)
    assert found == {"fine": {"summary": {"changed": 1}}, "recordPosts": None}
    assert errors == [("FORBIDDEN", "recordPosts")]
    assert not await Post.filter(url=url).exists()


async def test_personal_data_are_for_staff_and_for_who_they_are_about(db: str):
    there = await world()
    query = (
        """query($id: ID!) { influencer(id: $id) { email externalId accounts { externalId } } }"""
    )
    for role in ("STAFF", "INFLUENCER", "ADVERTISER"):
        found, errors = await ask(query, there.callers()[role], id=there.ids["ours.Influencer"])
        assert not errors
        shown = found["influencer"]
        values = [shown["email"], shown["externalId"], shown["accounts"][0]["externalId"]]
        assert all(values) if role != "ADVERTISER" else values == [None] * 3


async def test_reasons_and_names_of_others_are_internal_and_messages_are_not(db: str):
    there = await world()
    query = """query($id: ID!) {
        participation(id: $id) { events {
            totalCount nodes { actorRole actorName reason message } } }
    }"""
    shown = {
        "STAFF": {"STAFF", "ADVERTISER", "INFLUENCER"},
        "ADVERTISER": {"ADVERTISER", "INFLUENCER"},
        "INFLUENCER": {"INFLUENCER"},
    }
    for role, caller in there.callers().items():
        found, errors = await ask(query, caller, id=there.ids["ours.Participation"])
        assert not errors
        events = found["participation"]["events"]
        assert events["totalCount"] == len(events["nodes"]) == 3
        for event in events["nodes"]:
            open_ = event["actorRole"] in shown[role]
            assert (event["reason"], bool(event["actorName"])) == ("why" if open_ else None, open_)
            assert event["message"] == "hello"


async def test_the_reason_of_a_posts_status_is_for_its_creator_too(db: str):
    there = await world()
    me = await data.Influencer.get(id=there.creator.influencer_id)
    part = await Participation.get(influencer_id=me.pk)
    judged = await data.event(part, Action.SET_POST_STATUS, actor_role=Role.STAFF)
    query = "query($id: ID!) { node(id: $id) { ... on ParticipationEvent { reason actorName } } }"
    for role, caller in there.callers().items():
        found, _ = await ask(query, caller, id=encode("ParticipationEvent", judged.pk))
        assert (found["node"]["reason"] == "why") is (role != "ADVERTISER")
        assert bool(found["node"]["actorName"]) is (role == "STAFF")


async def test_how_a_removed_participation_would_stand_now_is_for_staff(db: str):
    there = await world()
    campaign = await data.campaign()
    me = await data.Influencer.get(id=there.creator.influencer_id)
    part = await data.participation(campaign, me, ParticipationStatus.REMOVED)
    query = "query($id: ID!) { participation(id: $id) { status candidateStatus } }"
    for role, caller in there.callers().items():
        found, errors = await ask(query, caller, id=encode("Participation", part.pk))
        assert found["participation"] == {
            "status": "REMOVED",
            "candidateStatus": "AVAILABLE" if role == "STAFF" else None,
        }
        assert not errors


async def test_a_code_is_for_staff_the_campaigns_advertiser_and_its_own_creator(db: str):
    campaign = await data.referral_campaign("CODE")
    person, other = await data.influencer(), await data.influencer()
    code = await ReferralCode.get(campaign_id=campaign.pk)
    joined = ParticipationStatus.JOINED
    part = await data.participation(campaign, person, joined, referral_code_id=code.pk)
    await data.participation(campaign, other, joined)
    query = "query($id: ID!) { participation(id: $id) { referralCode } }"
    for caller in (STAFF, ADVERTISER, STRANGER, creator(person.pk), creator(other.pk)):
        found, errors = await ask(query, caller, id=encode("Participation", part.pk))
        seen = None if caller is STRANGER or caller == creator(other.pk) else "CODE"
        assert (found["participation"], errors) == (seen and {"referralCode": seen}, [])


async def test_overrides_in_the_history_are_for_staff(db: str):
    there = await world()
    query = "query($id: ID!) { node(id: $id) { id } }"
    for role, caller in there.callers().items():
        found, _ = await ask(query, caller, id=there.ids["ours.override"])
        assert bool(found["node"]) is (role == "STAFF")
    feed = "{ participationEvents { nodes { action } } }"
    found, _ = await ask(feed, ADVERTISER)
    assert "SET_AVAILABILITY" not in str(found)


async def test_a_posts_warning_and_reason_are_shown_to_all_who_see_it(db: str):
    there = await world()
    query = "query($id: ID!) { participation(id: $id) { posts { warning reason } } }"
    for caller in there.callers().values():
        found, errors = await ask(query, caller, id=there.ids["ours.Participation"])
        assert not errors
        assert found["participation"]["posts"] == [{"warning": "AD_FRAUD", "reason": "bad"}]


async def test_the_viewers_fields_are_empty_for_all_but_influencers(db: str):
    there = await world()
    query = """query($id: ID!) { campaign(id: $id) { viewerParticipation { status } viewerActions
        viewerBlockers viewerQualifyingAccounts { id } } }"""
    for role, caller in there.callers().items():
        found, errors = await ask(query, caller, id=there.ids["ours.Campaign"])
        assert not errors
        mine = role == "INFLUENCER"
        assert found["campaign"] == {
            "viewerParticipation": {"status": "APPROVED"} if mine else None,
            "viewerActions": ["SUBMIT_POST"] if mine else [],
            "viewerBlockers": [],
            "viewerQualifyingAccounts": [{"id": there.ids["ours.SocialAccount"]}] if mine else [],
        }


async def test_the_filter_by_advertiser_is_not_for_influencers(db: str):
    there = await world()
    query = '{ campaigns(filter: { advertiserId: "other" }) { totalCount } }'
    for role, total in (("STAFF", 1), ("ADVERTISER", 0)):
        found, _ = await ask(query, there.callers()[role])
        assert found["campaigns"]["totalCount"] == total
    assert (await ask(query, there.creator))[1] == [("FORBIDDEN", "campaigns")]


async def test_what_is_joined_to_nothing_is_null(db: str):
    there = await world()
    person = await data.influencer()
    campaign = await data.campaign()
    await data.override(campaign, person, Availability.UNAVAILABLE)
    await data.ParticipationEvent.create(
        campaign_id=campaign.pk,
        influencer_id=person.pk,
        action=Action.SET_AVAILABILITY,
        actor_role=Role.STAFF,
        actor_id="s",
        occurred_at=NOW + timedelta(days=1),
    )
    query = """query($since: DateTime!) { participationEvents(filter: { since: $since }) { nodes {
        reason participation { requiredAction { type } availableActions applicantStatus
            posts { id } events { totalCount } candidateStatus
            influencer { participations { totalCount } accounts { id } }
            campaign { candidates { totalCount } candidateCounts { count } posts { totalCount } } }
        post { participation { id requiredAction { type } } } } } }"""
    found, errors = await ask(query, STAFF, since=(NOW + timedelta(hours=1)).isoformat())
    assert not errors
    expected = [{"reason": None, "participation": None, "post": None}]
    # The feed shows what is settled; the same through the candidate's own history at any time.
    assert found["participationEvents"]["nodes"] in (expected, [])
    gid = encode("Candidate", f"{campaign.pk}-{person.pk}")
    query = """query($id: ID!) { node(id: $id) { ... on Candidate { participation { id } events {
        nodes { reason participation { requiredAction { type } events { totalCount }
            campaign { candidates { totalCount } candidateCounts { count } } }
            post { participation { requiredAction { type } } } } } } } }"""
    found, errors = await ask(query, STAFF, id=gid)
    assert (found["node"], errors) == (
        {"participation": None, "events": {"nodes": expected}},
        [],
    )
    assert there.ids


async def test_the_erased_keep_their_place_and_are_in_no_search(db: str):
    campaign = await data.campaign()
    person = await data.influencer((Platform.TIKTOK, 10), name="Erased", erased_at=NOW)
    await data.participation(campaign, person, ParticipationStatus.JOINED)
    await profiles.refresh([person.pk])
    query = """query($id: ID!, $candidate: ID!) { influencers { totalCount }
        node(id: $candidate) { id }
        campaign(id: $id) { candidates { totalCount nodes { id } } posts { totalCount }
            candidateCounts { count } placesTaken } }"""
    found, errors = await ask(
        query,
        STAFF,
        id=encode("Campaign", campaign.pk),
        candidate=encode("Candidate", f"{campaign.pk}-{person.pk}"),
    )
    assert not errors
    assert found["campaign"]["candidates"] == {"totalCount": 0, "nodes": []}
    assert sum(row["count"] for row in found["campaign"]["candidateCounts"]) == 0
    assert (found["campaign"]["posts"]["totalCount"], found["campaign"]["placesTaken"]) == (1, 1)
    assert (found["influencers"]["totalCount"], found["node"]) == (0, None)
