"""The story of the help page, told over HTTP: staff force-join, creators do what is asked of them.

Every step is an operation that a client would send, by the caller who would send it; what the
screens of both sides show is read back in between.
"""

from dataclasses import dataclass
from typing import Any

from tests.live import Server
from tests.tokens import STAFF, token

ADVERTISER = token("ADVERTISER", advertiser="hana", name="Ren Aoki")

ACCOUNTS = {
    "one": ["INSTAGRAM"],
    "several": ["INSTAGRAM", "TIKTOK"],
    "none": [],
    "abroad": ["INSTAGRAM"],
}
"""The four whom staff mark, by the platforms of their accounts; the last is not in Japan."""

RESULTS = (
    "summary { changed unchanged refused } userErrors { code }"
    " results { outcome error { code message } participation { id status round } }"
)
OUTCOME = "outcome userErrors { code } participation { id status selectedPlatforms }"


@dataclass(frozen=True, slots=True)
class Creator:
    """An influencer with their token and the ids of their accounts."""

    id: str
    token: str
    accounts: list[str]


@dataclass(frozen=True, slots=True)
class Stage:
    """One campaign, the four influencers, and what anyone can do or see."""

    server: Server
    campaign: str
    cast: dict[str, Creator]

    async def do(self, name: str, selection: str, caller: str, **given: Any) -> dict[str, Any]:
        """Run a mutation with this input; its payload, in which nothing may be wrong."""
        kind = f"{name[0].upper()}{name[1:]}Input!"
        operation = f"mutation ($input: {kind}) {{ {name}(input: $input) {{ {selection} }} }}"
        payload = (await self.server.data(operation, {"input": given}, caller))[name]
        assert not payload["userErrors"], payload
        return payload

    async def mark(self, *names: str) -> list[dict[str, Any]]:
        """Mark as joined; the results."""
        ids = [self.cast[name].id for name in names]
        given = {"campaignId": self.campaign, "influencerIds": ids}
        return (await self.do("markJoined", RESULTS, STAFF, **given))["results"]

    async def decide(self, name: str, status: str, caller: str = STAFF) -> str:
        """Decide an application; the new status, or the code of the refusal."""
        ids = [await self.participation(name)]
        given = {"participationIds": ids, "status": status}
        [result] = (await self.do("setApplicantStatus", RESULTS, caller, **given))["results"]
        return result["error"]["code"] if result["error"] else result["participation"]["status"]

    async def participation(self, name: str) -> str:
        """The id of a creator's participation."""
        query = "query ($id: ID!) { campaign(id: $id) { viewerParticipation { id } } }"
        found = await self.server.data(query, {"id": self.campaign}, self.cast[name].token)
        return found["campaign"]["viewerParticipation"]["id"]

    async def candidates(self) -> dict[str, str]:
        """Who is in which status on the Select influencer tab."""
        nodes = await self._tab("candidates", "status influencer { name }")
        return {node["influencer"]["name"]: node["status"] for node in nodes}

    async def applicants(self) -> dict[str, str]:
        """Who is in which status on the Applicant influencers tab."""
        nodes = await self._tab("applicants", "applicantStatus influencer { name }")
        return {node["influencer"]["name"]: node["applicantStatus"] for node in nodes}

    async def posts(self) -> list[tuple[str, str]]:
        """The rows of the Posts tab: who, and the status."""
        nodes = await self._tab("posts", "status participation { influencer { name } }")
        return sorted((n["participation"]["influencer"]["name"], n["status"]) for n in nodes)

    async def _tab(self, tab: str, selection: str) -> list[dict[str, Any]]:
        query = (
            f"query ($id: ID!) {{ campaign(id: $id) {{ {tab} {{ nodes {{ {selection} }} }} }} }}"
        )
        found = await self.server.data(query, {"id": self.campaign}, STAFF)
        return found["campaign"][tab]["nodes"]

    async def popup(self, name: str, section: str = "IN_PROGRESS") -> str | None:
        """What a creator's My Job asks of them; the campaign must be in this section."""
        query = """query ($section: JobSection!) {
            myJobs(section: $section) { nodes { campaign { id } requiredAction { type } } } }"""
        found = await self.server.data(query, {"section": section}, self.cast[name].token)
        [job] = found["myJobs"]["nodes"]
        assert job["campaign"]["id"] == self.campaign
        return job["requiredAction"]["type"] if job["requiredAction"] else None

    async def places(self) -> int:
        """How many places are taken."""
        query = "query ($id: ID!) { campaign(id: $id) { placesTaken } }"
        return (await self.server.data(query, {"id": self.campaign}, STAFF))["campaign"][
            "placesTaken"
        ]

    async def history(self, name: str) -> list[tuple[str, str | None, str]]:
        """What happened to a creator, as staff read it: the action, who did it, the new status."""
        query = """query ($id: ID!) { participation(id: $id) {
            events { nodes { action actorRole to } } } }"""
        found = await self.server.data(query, {"id": await self.participation(name)}, STAFF)
        events = found["participation"]["events"]["nodes"]
        return [(event["action"], event["actorRole"], event["to"]) for event in events]

    async def select_account(self, name: str) -> str:
        """Select a creator's first account; the status after it."""
        given = {
            "participationId": await self.participation(name),
            "accountId": self.cast[name].accounts[0],
        }
        payload = await self.do("selectAccount", OUTCOME, self.cast[name].token, **given)
        return payload["participation"]["status"]

    async def connect_account(self, name: str) -> list[str]:
        """Connect a first account; the statuses of the participations that it moves on."""
        given = {"platform": "TIKTOK", "externalId": "new", "handle": "new", "followers": 900}
        selection = "advanced { status } userErrors { code }"
        payload = await self.do("connectAccount", selection, self.cast[name].token, **given)
        return [moved["status"] for moved in payload["advanced"]]

    async def post(self, name: str, url: str) -> str:
        """Submit a post; its id."""
        given = {"participationId": await self.participation(name), "url": url}
        selection = "post { id } userErrors { code }"
        payload = await self.do("submitPost", selection, self.cast[name].token, **given)
        return payload["post"]["id"]


async def stage(server: Server, **given: Any) -> Stage:
    """A running campaign for Japan, and the four."""
    people = [_person(name, platforms) for name, platforms in ACCOUNTS.items()]
    upserted = await server.data(
        """mutation ($people: [InfluencerInput!]!) {
            upsertInfluencers(input: {influencers: $people}) {
                influencers { id name accounts { id } } userErrors { code } } }""",
        {"people": people},
        STAFF,
    )
    campaign = {
        "title": "Spring launch",
        "brand": "Hana",
        "advertiserId": "hana",
        "platforms": ["INSTAGRAM", "TIKTOK"],
        "countries": ["JP"],
        "status": "ONGOING",
        **given,
    }
    await server.data(
        """mutation ($campaign: CreateCampaignInput!) { createCampaign(input: $campaign)
            { userErrors { code } } }""",
        {"campaign": campaign},
        STAFF,
    )
    found = await server.data(
        '{ campaigns(filter: {search: "ing LAU"}) { nodes { id } } }', token=STAFF
    )
    cast = {
        person["name"]: Creator(
            person["id"],
            token("INFLUENCER", sub=person["id"]),
            [account["id"] for account in person["accounts"]],
        )
        for person in upserted["upsertInfluencers"]["influencers"]
    }
    return Stage(server, found["campaigns"]["nodes"][0]["id"], cast)


def _person(name: str, platforms: list[str]) -> dict[str, Any]:
    accounts = [
        {"platform": platform, "externalId": name, "handle": name, "followers": 1_000}
        for platform in platforms
    ]
    country = "TH" if name == "abroad" else "JP"
    return {"externalId": name, "name": name, "country": country, "accounts": accounts}


async def test_a_selection_campaign_from_force_join_to_history(server: Server) -> None:
    play = await stage(server, type="SOCIAL", selection=True)
    available = dict.fromkeys(["one", "several", "none"], "AVAILABLE")
    assert await play.candidates() == {**available, "abroad": "UNAVAILABLE"}

    results = await play.mark("one", "several", "none", "abroad")

    assert [r["outcome"] for r in results] == ["CHANGED", "CHANGED", "CHANGED", "REFUSED"]
    assert results[3]["error"]["code"] == "INFLUENCER_UNAVAILABLE"
    assert "country" in results[3]["error"]["message"]
    waiting = {"several": "WAITING", "none": "WAITING", "abroad": "UNAVAILABLE"}
    assert await play.candidates() == {"one": "JOINED", **waiting}
    assert await play.popup("several") == "SELECT_ACCOUNT"
    assert await play.popup("none") == "CONNECT_ACCOUNT"

    assert await play.select_account("several") == "APPLIED"
    assert await play.connect_account("none") == ["APPLIED"]
    assert await play.popup("several") is None
    assert await play.applicants() == {"one": "APPROVED", "several": "APPLIED", "none": "APPLIED"}

    assert await play.decide("several", "REVIEWING") == "REVIEWING"
    assert await play.decide("several", "APPROVED", ADVERTISER) == "APPROVED"
    assert await play.decide("several", "REJECTED") == "REJECTED"
    assert await play.decide("several", "APPROVED") == "APPROVED"
    assert await play.decide("several", "APPLIED") == "TRANSITION_IRREVERSIBLE"
    assert await play.decide("none", "REJECTED") == "REJECTED"
    assert await play.popup("none", "CLOSED") is None
    again = {"participationIds": [await play.participation("none")], "reason": "a second look"}
    [reopened] = (await play.do("reopenApplications", RESULTS, STAFF, **again))["results"]
    assert (reopened["participation"]["status"], reopened["participation"]["round"]) == (
        "APPLIED",
        2,
    )

    assert await play.posts() == [("one", "JOINED"), ("several", "JOINED")]
    assert await play.popup("one") == "SUBMIT_POST"
    assert await play.places() == 2
    assert await play.history("one") == [("MARK_JOINED", "STAFF", "APPROVED")]
    assert await play.history("several") == [
        ("MARK_JOINED", "STAFF", "WAITING"),
        ("SELECT_ACCOUNT", "INFLUENCER", "APPLIED"),
        ("SET_REVIEWING", "STAFF", "REVIEWING"),
        ("APPROVE", "ADVERTISER", "APPROVED"),
        ("REJECT", "STAFF", "REJECTED"),
        ("APPROVE", "STAFF", "APPROVED"),
    ]
    assert await play.history("none") == [
        ("MARK_JOINED", "STAFF", "WAITING"),
        ("CONNECT_ACCOUNT", "INFLUENCER", "APPLIED"),
        ("REJECT", "STAFF", "REJECTED"),
        ("REOPEN", "STAFF", "APPLIED"),
    ]


async def test_a_campaign_without_selection_from_force_join_to_a_post_anew(server: Server) -> None:
    play = await stage(server, type="SOCIAL", capacity=2)

    await play.mark("one", "several", "none")
    assert await play.select_account("several") == "JOINED"
    assert await play.connect_account("none") == [], "both places are taken"
    assert await play.popup("none") == "SELECT_ACCOUNT"
    assert await play.applicants() == {}

    wrong = {"participationIds": [await play.participation("several")], "reason": "the wrong one"}
    await play.do("removeParticipants", RESULTS, STAFF, **wrong)
    assert await play.places() == 1
    own = await server.data(
        "{ viewer { influencer { accounts { id } } } }", token=_of(play, "none")
    )
    account = own["viewer"]["influencer"]["accounts"][0]["id"]
    chosen = {"participationId": await play.participation("none"), "accountId": account}
    joined = await play.do("selectAccount", OUTCOME, _of(play, "none"), **chosen)
    assert joined["participation"]["status"] == "JOINED"

    first = await play.post("one", "https://www.instagram.com/p/first")
    warned = {"postIds": [first], "status": "WARNING", "warning": "DELETED_POST", "reason": "gone"}
    judged = "results { outcome } userErrors { code }"
    await play.do("setPostStatus", judged, STAFF, **warned)
    assert await play.popup("one") == "SUBMIT_POST"
    second = await play.post("one", "https://www.instagram.com/p/second")
    assert await play.popup("one") is None
    await play.do("setPostStatus", judged, STAFF, postIds=[second], status="APPROVED")
    assert await play.posts() == [("none", "JOINED"), ("one", "APPROVED"), ("one", "WARNING")]

    left = {"participationId": await play.participation("none"), "reason": "no time"}
    gone = await play.do("withdraw", OUTCOME, _of(play, "none"), **left)
    assert gone["participation"]["status"] == "REMOVED"
    assert await play.places() == 1
    available = dict.fromkeys(["several", "none"], "AVAILABLE")
    assert await play.candidates() == {"one": "JOINED", **available, "abroad": "UNAVAILABLE"}
    assert await play.history("several") == [
        ("MARK_JOINED", "STAFF", "WAITING"),
        ("SELECT_ACCOUNT", "INFLUENCER", "JOINED"),
        ("REMOVE", "STAFF", "REMOVED"),
    ]
    assert await play.history("one") == [
        ("MARK_JOINED", "STAFF", "JOINED"),
        ("SUBMIT_POST", "INFLUENCER", "JOINED"),
        ("SET_POST_STATUS", "STAFF", "JOINED"),
        ("SUBMIT_POST", "INFLUENCER", "JOINED"),
        ("SET_POST_STATUS", "STAFF", "JOINED"),
    ]


async def test_an_affiliate_campaign_without_tracking_asks_for_social_media(server: Server) -> None:
    play = await stage(server, type="AFFILIATE", affiliateKind="URL_TRACKING", postTracking=False)

    results = await play.mark("one", "several", "none", "abroad")

    assert [r["outcome"] for r in results] == ["CHANGED", "CHANGED", "CHANGED", "REFUSED"]
    joined = dict.fromkeys(["one", "several", "none"], "JOINED")
    assert await play.candidates() == {**joined, "abroad": "UNAVAILABLE"}
    for name in joined:
        assert await play.popup(name) == "SELECT_SOCIAL_MEDIA"

    own = {"participationId": await play.participation("none"), "platforms": ["TIKTOK"]}
    selected = await play.do("selectSocialMedia", OUTCOME, _of(play, "none"), **own)
    assert selected["participation"]["selectedPlatforms"] == ["TIKTOK"]
    for_them = {"participationId": await play.participation("one"), "platforms": ["INSTAGRAM"]}
    await play.do("selectSocialMedia", OUTCOME, STAFF, **for_them)

    assert await play.popup("none") == "CONNECT_ACCOUNT", "they have none on TikTok yet"
    assert await play.popup("one") is None
    assert await play.popup("several") == "SELECT_SOCIAL_MEDIA"
    assert await play.history("none") == [
        ("MARK_JOINED", "STAFF", "JOINED"),
        ("SELECT_SOCIAL_MEDIA", "INFLUENCER", "JOINED"),
    ]
    assert await play.history("one") == [
        ("MARK_JOINED", "STAFF", "JOINED"),
        ("SELECT_SOCIAL_MEDIA", "STAFF", "JOINED"),
    ]


def _of(play: Stage, name: str) -> str:
    return play.cast[name].token
