"""The other lists: the Applicant and the Posts tab, My Job, campaigns by text, participations."""

from collections.abc import Callable
from itertools import product
from typing import Any, cast

import pytest

from models.campaign import Campaign
from models.influencer import Influencer
from models.participation import Participation
from models.text import fold
from resolvers.ids import encode
from tests import data
from tests.engine import ADVERTISER, answer, creator, gids, refusal
from tests.resolvers.crowd import APPLICANTS, Crowd, Person, filters, gather
from workflow.enums import (
    CampaignStatus,
    JobSection,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostRowStatus,
    PostStatus,
    PostWarning,
)
from workflow.screens import job_section

APPLICANT_TAB = """query($id: ID!, $filter: ApplicantFilter, $order: ParticipationOrder!) {
  campaign(id: $id) { applicantCounts(filter: $filter) { status count }
    applicants(filter: $filter, orderBy: $order, first: 100) {
      totalCount nodes { applicantStatus influencer { id } } } } }"""
POSTS_TAB = """query($id: ID!, $filter: PostsFilter, $order: PostOrder, $first: Int = 100,
    $after: String, $last: Int, $before: String) {
  campaign(id: $id) { postCounts(filter: $filter) { status count }
    posts(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last,
        before: $before) {
      totalCount pageInfo { endCursor startCursor hasNextPage hasPreviousPage }
      nodes { id status post { id } participation { influencer { id } } } } } }"""


def fitting(crowd: Crowd, campaign: Campaign, asked: dict[str, Any]) -> list[Person]:
    """Who takes part in the campaign and passes the filter, its status aside."""
    return [p for p in crowd.people if campaign.pk in p.parts and p.fits(asked)]


async def test_the_applicant_tab_and_its_counts_are_what_the_rules_say(db: str):
    crowd = await gather(seed=21, people=40)
    keys: dict[str, Callable[[Participation], Any]] = {
        "UPDATED": lambda part: part.updated_at,
        "CREATED": lambda part: part.created_at,
        "FOLLOWERS": lambda part: part.followers,
        "NAME": lambda part: names[part.influencer_id],
    }
    orders = [
        "UPDATED_DESC",
        "UPDATED_ASC",
        "CREATED_DESC",
        "CREATED_ASC",
        "FOLLOWERS_DESC",
        "NAME_ASC",
    ]
    names = {person.row.pk: fold(person.row.name) for person in crowd.people}
    rows = 0
    for number, asked in enumerate(filters(22, 40, APPLICANTS)):
        campaign, order = crowd.campaigns[number % 8], orders[number % 6]
        people = [
            p for p in fitting(crowd, campaign, asked) if p.parts[campaign.pk].status in APPLICANTS
        ]
        found = await answer(
            APPLICANT_TAB, id=encode("Campaign", campaign.pk), filter=asked, order=order
        )
        for count in found["campaign"]["applicantCounts"]:
            statuses = [p.parts[campaign.pk].status for p in people]
            assert count["count"] == statuses.count(count["status"])
        key = keys[order.split("_")[0]]
        shown = [
            p.parts[campaign.pk]
            for p in people
            if not asked.get("status") or p.parts[campaign.pk].status in asked["status"]
        ]
        shown.sort(key=lambda part: (key(part), part.pk), reverse=order.endswith("DESC"))
        page = found["campaign"]["applicants"]
        assert page["totalCount"] == len(shown)
        assert page["nodes"] == [
            {
                "applicantStatus": part.status.value,
                "influencer": {"id": encode("Influencer", part.influencer_id)},
            }
            for part in shown
        ]
        rows += len(shown)
    assert rows > 40


async def test_in_a_new_round_an_earlier_post_counts_while_it_is_live(db: str):
    campaign = await data.campaign()
    dead: list[tuple[PostStatus, PostWarning | None]] = [
        (PostStatus.INEFFECTIVE, None),
        (PostStatus.WARNING, PostWarning.DELETED_POST),
    ]
    live: list[tuple[PostStatus, PostWarning | None]] = [
        (PostStatus.APPROVED, None),
        (PostStatus.WARNING, PostWarning.OTHER),
    ]
    for round_, (status, warning) in product((1, 2), (*dead, *live)):
        part = await data.participation(
            campaign, await data.influencer(), ParticipationStatus.JOINED, round=2
        )
        await data.post(part, status, warning=warning, round=round_)
    gid = encode("Campaign", campaign.pk)
    found = (await answer(POSTS_TAB, id=gid))["campaign"]
    shown = found["posts"]["nodes"]
    rows = [(row["participation"]["influencer"]["id"], row["status"]) for row in shown]
    people = await Influencer.all().order_by("id")
    anew = [encode("Influencer", person.pk) for person in people[:2]]
    assert sorted(one for one, status in rows if status == "JOINED") == anew
    assert len([one for one in rows if one[1] != "JOINED"]) == 8
    ids = [row["id"] for row in shown if row["status"] == "JOINED"]
    [again, _] = (await answer("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["nodes"]
    assert again["id"] == ids[0]


async def test_the_posts_tab_has_a_row_for_each_post_and_each_who_has_none(db: str):
    crowd = await gather(seed=31, people=30)
    kinds = list(PostStatus)
    made: dict[int, list[Any]] = {}
    for campaign in crowd.campaigns:
        for person in crowd.people:
            part = person.parts.get(campaign.pk)
            for number in range(person.row.pk % 3 if part else 0):
                assert part is not None
                kind = kinds[cast("int", person.row.pk + number) % 5]
                warning = PostWarning.OTHER if kind is PostStatus.WARNING else None
                post = await data.post(part, kind, warning=warning, submitted_at=part.updated_at)
                made.setdefault(part.pk, []).append(post)
    statuses = [status.value for status in PostRowStatus]
    for number, asked in enumerate(filters(32, 30, statuses)):
        campaign = crowd.campaigns[number % 8]
        rows: list[tuple[Any, ...]] = []
        for person in fitting(crowd, campaign, asked):
            part = person.parts[campaign.pk]
            if part.status in ("APPROVED", "JOINED"):
                posts = made.get(part.pk, [])
                rows += [(True, p.submitted_at, p.pk, part.pk, p.status.value) for p in posts]
                rows += [] if posts else [(False, None, 0, part.pk, "JOINED")]
        rows.sort(reverse=True)
        gid = encode("Campaign", campaign.pk)
        found = (await answer(POSTS_TAB, id=gid, filter=asked))["campaign"]
        for count in found["postCounts"]:
            assert count["count"] == [row[4] for row in rows].count(count["status"])
        shown = [row for row in rows if not asked.get("status") or row[4] in asked["status"]]
        assert [(node["id"], node["status"]) for node in found["posts"]["nodes"]] == [
            (encode("PostRow", f"{row[3]}-{row[2]}"), row[4]) for row in shown
        ]
        assert found["posts"]["totalCount"] == len(shown)
        posted = [row for row in reversed(shown) if row[0]]
        rest = [row for row in reversed(shown) if not row[0]]
        for order, listed in (("SUBMITTED_DESC", shown), ("SUBMITTED_ASC", posted + rest)):
            ids = [encode("PostRow", f"{row[3]}-{row[2]}") for row in listed]
            given: dict[str, Any] = {"id": gid, "filter": asked, "order": order}
            for ends, back in (({"first": 2}, False), ({"first": None, "last": 2}, True)):
                assert await walk(given | ends, back) == ids


@pytest.mark.parametrize(("search", "found"), [("tana", 1), ("handle", 1), ("  ", 2), (None, 2)])
async def test_who_was_erased_is_listed_in_the_tabs_and_found_in_none(
    db: str, search: str | None, found: int
):
    campaign = await data.campaign(selection=True)
    for erased_at in (None, data.NOW):
        person = await data.influencer((Platform.TIKTOK, 10), name="Tanaka", erased_at=erased_at)
        await data.participation(campaign, person, ParticipationStatus.APPROVED)
    given: dict[str, Any] = {
        "id": encode("Campaign", campaign.pk),
        "filter": {"search": search},
    }
    applicants = (await answer(APPLICANT_TAB, **given, order="UPDATED_DESC"))["campaign"]
    posts = (await answer(POSTS_TAB, **given))["campaign"]
    assert applicants["applicants"]["totalCount"] == posts["posts"]["totalCount"] == found
    assert len(applicants["applicants"]["nodes"]) == len(posts["posts"]["nodes"]) == found
    for counts in (applicants["applicantCounts"], posts["postCounts"]):
        assert sum(count["count"] for count in counts) == found


async def walk(given: dict[str, Any], back: bool) -> list[str]:
    """All pages of the Posts tab, in its order."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        seek: dict[str, Any] = {"before" if back else "after": cursor}
        page = (await answer(POSTS_TAB, **given | seek))["campaign"]["posts"]
        ids = [node["id"] for node in page["nodes"]]
        found = ids + found if back else found + ids
        info = page["pageInfo"]
        cursor = info["startCursor" if back else "endCursor"]
        if not info["hasPreviousPage" if back else "hasNextPage"]:
            return found


JOBS = """query($section: JobSection!) { myJobs(section: $section, first: 100) {
    totalCount nodes { id requiredAction { type } } }
  myJobCounts { section count actionRequired } }"""


async def test_each_job_is_in_one_section_and_counted_there(db: str):
    me = await data.influencer((Platform.TIKTOK, 10), (Platform.INSTAGRAM, 20))
    other = await data.influencer((Platform.TIKTOK, 10))
    expected: dict[str, set[str]] = {section.value: set() for section in JobSection}
    for campaign_status in CampaignStatus:
        for status in ParticipationStatus:
            for origin in ParticipationOrigin:
                campaign = await data.campaign(
                    status=campaign_status, selection=status is not ParticipationStatus.JOINED
                )
                part = await data.participation(campaign, me, status, origin=origin)
                await data.participation(campaign, other, status, origin=origin)
                section = job_section(status, campaign_status, origin)
                assert (section is None) is (status is ParticipationStatus.REMOVED)
                if section:
                    expected[section.value].add(encode("Participation", part.pk))
    for section in JobSection:
        found = await answer(JOBS, creator(me.pk), section=section.value)
        jobs = found["myJobs"]
        assert {node["id"] for node in jobs["nodes"]} == expected[section.value]
        [count] = [row for row in found["myJobCounts"] if row["section"] == section.value]
        assert count["count"] == jobs["totalCount"] == len(expected[section.value]) > 0
        needing = [node for node in jobs["nodes"] if node["requiredAction"]]
        assert count["actionRequired"] == len(needing)


TITLES = [
    "夏のハハ祭り",
    "田中商店",
    "École d'été",
    "100%_off",
    "back\\slash",
    'say "hi"',
    "ＦＵＬＬ",
    "two\n\tlines",
]


@pytest.mark.parametrize(
    ("search", "title"),
    [
        ("ﾊﾊ", "夏のハハ祭り"),
        ("ハ", "夏のハハ祭り"),
        ("田中", "田中商店"),
        ("中", "田中商店"),
        ("É", "École d'été"),
        ("ÉTÉ", "École d'été"),
        ("e\u0301cole", "École d'été"),
        ("d'é", "École d'été"),
        ("%", "100%_off"),
        ("_", "100%_off"),
        ("0%_O", "100%_off"),
        ("\\", "back\\slash"),
        ('"', 'say "hi"'),
        ("full", "ＦＵＬＬ"),
        ("Ｆｕｌｌ", "ＦＵＬＬ"),
        (" full ", "ＦＵＬＬ"),
        ("two\n\tlines", "two\n\tlines"),
        ("two l", "two\n\tlines"),
        ("MARQUE É", None),
    ],
)
async def test_campaigns_are_found_by_any_part_of_title_or_brand(
    db: str, search: str, title: str | None
):
    for each in TITLES:
        await data.campaign(title=each)
    await data.campaign(title="x", brand="Marque é")
    query = "query($s: String) { campaigns(filter: { search: $s }) { totalCount nodes { title } } }"
    found = (await answer(query, s=search))["campaigns"]
    titles = {node["title"] for node in found["nodes"]}
    assert (title or "x") in titles
    assert titles <= {title or "x", *(["x"] if fold_has_brand(search) else [])}
    assert found["totalCount"] == len(titles)


def fold_has_brand(search: str) -> bool:
    return search.strip().lower() in "marque é"


LONG_AGO = data.NOW.replace(year=2)
MOMENTS = [data.NOW, None, LONG_AGO, data.NOW.replace(year=2030), data.NOW, None]
CAMPAIGNS = """query($order: CampaignOrder!, $first: Int, $after: String, $last: Int,
    $before: String) {
  campaigns(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
    nodes { id } pageInfo { startCursor endCursor } } }"""


@pytest.mark.parametrize(
    ("order", "column", "expected"),
    [
        ("DEADLINE_ASC", "application_deadline", [3, 1, 5, 4, 2, 6]),
        ("STARTS_DESC", "starts_at", [4, 5, 1, 3, 6, 2]),
        ("UPDATED_DESC", "updated_at", [4, 5, 1, 3, 6, 2]),
    ],
)
async def test_campaigns_by_a_moment_put_those_without_one_last(
    db: str, order: str, column: str, expected: list[int]
):
    for number, moment in enumerate(MOMENTS, 1):
        # Every campaign has been updated at some time.
        at = moment or (LONG_AGO.replace(day=number) if column == "updated_at" else None)
        await data.campaign(id=number, **{column: at})
    ids = [encode("Campaign", number) for number in expected]
    found, after = list[str](), None
    back, before = list[str](), None
    for _ in range(3):
        page = (await answer(CAMPAIGNS, order=order, first=2, after=after))["campaigns"]
        found += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        page = (await answer(CAMPAIGNS, order=order, last=2, before=before))["campaigns"]
        back = [node["id"] for node in page["nodes"]] + back
        before = page["pageInfo"]["startCursor"]
    assert found == back == ids


async def test_campaigns_are_filtered_by_platforms(db: str):
    both = await data.campaign(platforms=(Platform.TIKTOK, Platform.INSTAGRAM))
    one = await data.campaign(platforms=(Platform.X,))
    query = "query($p: [Platform!]) { campaigns(filter: { platforms: $p }) { nodes { id } } }"
    for asked, expected in (
        (["TIKTOK"], [both]),
        (["TIKTOK", "INSTAGRAM"], [both]),
        (["X", "INSTAGRAM"], [one, both]),
        (["LINE"], []),
        ([], [one, both]),
    ):
        found = await answer(query, p=asked)
        assert [node["id"] for node in found["campaigns"]["nodes"]] == gids("Campaign", *expected)


NAMES = """query($after: String) { campaigns { nodes { applicants(
    orderBy: NAME_ASC, first: 2, after: $after) { nodes { id } pageInfo { endCursor } } } } }"""


async def test_applicants_of_several_campaigns_are_each_ordered_by_name(db: str):
    expected: list[list[str]] = []
    for _ in range(2):
        campaign = await data.campaign(selection=True)
        made: list[str] = []
        for name in ("b", "Ａ", "c", "a"):
            person = await data.influencer(name=name)
            part = await data.participation(campaign, person, ParticipationStatus.APPLIED)
            made.append(encode("Participation", part.pk))
        expected.insert(0, [made[1], made[3], made[0], made[2]])
    found = (await answer(NAMES))["campaigns"]["nodes"]
    pages = [each["applicants"] for each in found]
    assert [[node["id"] for node in page["nodes"]] for page in pages] == [e[:2] for e in expected]
    then = (await answer(NAMES, after=pages[0]["pageInfo"]["endCursor"]))["campaigns"]["nodes"]
    assert [node["id"] for node in then[0]["applicants"]["nodes"]] == expected[0][2:]


async def test_participations_are_filtered_by_what_they_are(db: str):
    crowd = await gather(seed=41, people=15)
    parts = [part for person in crowd.people for part in person.parts.values()]
    query = "query($f: ParticipationFilter) { participations(filter: $f) { totalCount } }"
    some = parts[0]
    for asked, expected in (
        ({}, parts),
        ({"status": ["WAITING", "REMOVED"]}, [p for p in parts if p.status in TWO]),
        ({"origin": ["SELF"]}, []),
        (
            {"campaignId": encode("Campaign", some.campaign_id)},
            [p for p in parts if p.campaign_id == some.campaign_id],
        ),
        (
            {"influencerId": encode("Influencer", some.influencer_id)},
            [p for p in parts if p.influencer_id == some.influencer_id],
        ),
        ({"campaignId": "nonsense"}, []),
        ({"campaignId": encode("Influencer", some.campaign_id)}, []),
        (
            {"updatedSince": some.updated_at.isoformat()},
            [p for p in parts if p.updated_at >= some.updated_at],
        ),
    ):
        found = await answer(query, f=asked)
        assert found["participations"]["totalCount"] == len(expected), asked


TWO = (ParticipationStatus.WAITING, ParticipationStatus.REMOVED)


async def test_an_advertiser_id_that_nothing_can_hold_is_invalid(db: str):
    query = "query($a: String) { campaigns(filter: { advertiserId: $a }) { totalCount } }"
    for caller in (None, ADVERTISER):
        code = await refusal(query, caller, a="\0")
        assert code == ("INVALID_INPUT" if caller else "UNAUTHENTICATED")
