"""The whole way through each of the 14 kinds of campaign, for who is marked and who applies."""

from itertools import product, starmap
from typing import Any, NamedTuple

import pytest

from models.influencer import Influencer
from resolvers.ids import encode
from tests import data
from tests.engine import ADVERTISER, STAFF, answer, creator, mutate
from workflow.enums import AffiliateKind, Platform


class Kind(NamedTuple):
    """A kind of campaign."""

    affiliate: AffiliateKind | None
    "None: a social campaign."
    selection: bool
    tracking: bool

    @property
    def gives_codes(self) -> bool:
        return self.affiliate is AffiliateKind.REFERRAL_CODE

    def given(self) -> dict[str, Any]:
        return {
            "type": "AFFILIATE" if self.affiliate else "SOCIAL",
            "affiliateKind": self.affiliate,
            "selection": self.selection,
            "postTracking": self.tracking,
        }


KINDS = [
    *(Kind(None, selection, tracking=True) for selection in (True, False)),
    *starmap(Kind, product(AffiliateKind, (True, False), (True, False))),
]
PART = "participation { id status origin selectedAccount { id } selectedPlatforms }"
CODES = "userErrors { code }"
POOL = ["FIRST", "SECOND"]
SEEN = """query($id: ID!) { participation(id: $id) {
    status applicantStatus candidateStatus selectedPlatforms referralCode requiredAction { type }
    posts { status } events { nodes { action to } }
} }"""
ROWS = "query($id: ID!) { campaign(id: $id) { posts { nodes { participation { id } status } } } }"


def test_there_are_fourteen_kinds() -> None:
    assert len(set(KINDS)) == 14


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind)))
async def test_who_is_marked_and_who_applies_go_the_whole_way(db: str, kind: Kind) -> None:
    campaign = await create(kind)
    marked = await data.influencer((Platform.INSTAGRAM, 10), (Platform.TIKTOK, 20))
    applicant = await data.influencer((Platform.TIKTOK, 20))
    parts = [await mark(kind, campaign, marked), await apply(kind, campaign, applicant)]

    goal = "APPROVED" if kind.selection else "JOINED"
    for person, part, code in zip((marked, applicant), parts, POOL, strict=True):
        seen = await look(part)
        assert seen["referralCode"] == (code if kind.gives_codes else None)
        assert (seen["status"], seen["candidateStatus"]) == (goal, "JOINED")
        assert seen["applicantStatus"] == ("APPROVED" if kind.selection else None)
        await (post if kind.tracking else select_social_media)(person, part)
        seen = await look(part)
        assert seen["status"] == goal
        assert seen["requiredAction"] is None

    steps = [
        [(event["action"], event["to"]) for event in (await look(part))["events"]["nodes"]]
        for part in parts
    ]
    assert steps == expected(kind, goal)
    found = await answer(ROWS, STAFF, id=campaign)
    rows = {
        row["participation"]["id"]: row["status"] for row in found["campaign"]["posts"]["nodes"]
    }
    assert rows == dict.fromkeys(parts, "APPROVED" if kind.tracking else "JOINED")


def expected(kind: Kind, goal: str) -> list[list[tuple[str, str]]]:
    """The history of who is marked, and of who applies."""
    came = "APPLIED" if kind.selection else "JOINED"
    approved = [("APPROVE", "APPROVED")] * kind.selection
    if not kind.tracking:
        last = [("SELECT_SOCIAL_MEDIA", goal)]
        return [[("MARK_JOINED", goal), *last], [("APPLY", came), *approved, *last]]
    last = [("SUBMIT_POST", goal), ("SET_POST_STATUS", goal)]
    waited = [("MARK_JOINED", "WAITING"), ("SELECT_ACCOUNT", came)]
    return [[*waited, *approved, *last], [("APPLY", came), *approved, *last]]


async def create(kind: Kind) -> str:
    payload = await mutate(
        "createCampaign",
        f"campaign {{ id type affiliateKind selection postTracking }} {CODES}",
        title="Spring",
        brand="Acme",
        advertiserId="acme",
        platforms=["INSTAGRAM", "TIKTOK"],
        status="ONGOING",
        **kind.given(),
    )
    assert payload["userErrors"] == []
    campaign = payload["campaign"]
    assert campaign == {"id": campaign["id"], **kind.given()}
    given: dict[str, Any] = {"campaignId": campaign["id"], "codes": POOL}
    added = await mutate("addReferralCodes", f"added {CODES}", **given)
    if kind.gives_codes:
        assert added == {"added": len(POOL), "userErrors": []}
    else:
        assert added == {"added": 0, "userErrors": [{"code": "TRANSITION_NOT_ALLOWED"}]}
    return campaign["id"]


async def mark(kind: Kind, campaign: str, person: Influencer) -> str:
    """Staff mark somebody with several accounts, who selects one where one is needed."""
    payload = await mutate(
        "markJoined",
        f"results {{ outcome {PART} }} {CODES}",
        campaignId=campaign,
        influencerIds=[encode("Influencer", person.pk)],
    )
    [result] = payload["results"]
    part = result["participation"]
    assert (result["outcome"], part["origin"], part["selectedAccount"]) == (
        "CHANGED",
        "FORCED",
        None,
    )
    if kind.tracking:
        assert part["status"] == "WAITING"
        account = await qualifying(campaign, person)
        chosen: dict[str, Any] = {"participationId": part["id"], "accountId": account}
        payload = await mutate("selectAccount", f"{PART} {CODES}", creator(person.pk), **chosen)
        assert payload["participation"]["selectedAccount"] == {"id": account}
        await decide(kind, part["id"])
    return part["id"]


async def apply(kind: Kind, campaign: str, person: Influencer) -> str:
    """Somebody with one account applies, and the advertiser decides where that is needed."""
    me = creator(person.pk)
    if not kind.tracking:
        named: dict[str, Any] = {
            "campaignId": campaign,
            "accountId": await qualifying(campaign, person),
        }
        payload = await mutate("apply", CODES, me, **named)
        assert payload["userErrors"] == [{"code": "INVALID_INPUT"}]
    payload = await mutate("apply", f"{PART} {CODES}", me, campaignId=campaign)
    part = payload["participation"]
    assert part["origin"] == "SELF"
    assert (part["selectedAccount"] is not None) is kind.tracking
    await decide(kind, part["id"])
    return part["id"]


async def decide(kind: Kind, part: str) -> None:
    payload = await mutate(
        "setApplicantStatus",
        f"results {{ outcome error {{ code }} }} {CODES}",
        ADVERTISER,
        participationIds=[part],
        status="APPROVED",
    )
    [result] = payload["results"]
    error = None if kind.selection else {"code": "NOT_A_SELECTION_CAMPAIGN"}
    assert result == {"outcome": "REFUSED" if error else "CHANGED", "error": error}


async def select_social_media(person: Influencer, part: str) -> None:
    assert (await look(part))["requiredAction"] == {"type": "SELECT_SOCIAL_MEDIA"}
    refused = await mutate(
        "submitPost",
        CODES,
        creator(person.pk),
        participationId=part,
        url="https://www.instagram.com/p/abc",
    )
    assert refused["userErrors"] == [{"code": "TRANSITION_NOT_ALLOWED"}]
    payload = await mutate(
        "selectSocialMedia",
        f"outcome {PART} {CODES}",
        creator(person.pk),
        participationId=part,
        platforms=["TIKTOK"],
    )
    assert payload["participation"]["selectedPlatforms"] == ["TIKTOK"]


async def post(person: Influencer, part: str) -> None:
    assert (await look(part))["requiredAction"] == {"type": "SUBMIT_POST"}
    payload = await mutate(
        "submitPost",
        f"post {{ id }} {CODES}",
        creator(person.pk),
        participationId=part,
        url=f"https://www.tiktok.com/@someone/video/{7_300_000_000_000_000_000 + person.pk}",
    )
    judged: dict[str, Any] = {"postIds": [payload["post"]["id"]], "status": "APPROVED"}
    payload = await mutate("setPostStatus", f"results {{ outcome }} {CODES}", STAFF, **judged)
    assert payload["results"] == [{"outcome": "CHANGED"}]


async def qualifying(campaign: str, person: Influencer) -> str:
    found = await answer(
        "query($id: ID!) { campaign(id: $id) { viewerQualifyingAccounts { id } } }",
        creator(person.pk),
        id=campaign,
    )
    return found["campaign"]["viewerQualifyingAccounts"][0]["id"]


async def look(part: str) -> dict[str, Any]:
    return (await answer(SEEN, STAFF, id=part))["participation"]
