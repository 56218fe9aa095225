"""All rows of a database in memory, and what they say in plain Python, without any SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from database.session import rows
from models.campaign import AvailabilityOverride, Campaign
from models.influencer import Influencer, SocialAccount
from models.participation import Participation, ParticipationEvent, Post
from models.plan import CODES, OUTCOMES, STATUSES, Plan
from models.referral_code import ReferralCode
from models.text import clean, fold
from resolvers.caller import Caller
from resolvers.ids import encode
from tests.searching import finds
from workflow.enums import ParticipationStatus, Platform, Role, platform_of
from workflow.facts import (
    AccountRow,
    CampaignRow,
    InfluencerRow,
    ParticipationRow,
    build_facts,
)
from workflow.facts import PostRow as PostColumns
from workflow.table import Facts

T = TypeVar("T", bound=tuple[Any, ...])
ACTIVE = (ParticipationStatus.APPROVED, ParticipationStatus.JOINED)


@dataclass(frozen=True)
class Candidate:
    """A row of the Select influencer tab."""

    campaign: Campaign
    influencer: Influencer

    @property
    def pk(self) -> str:
        return f"{self.campaign.pk}-{self.influencer.pk}"


@dataclass(frozen=True)
class PostRow:
    """A row of the Posts tab."""

    participation: Participation
    post: Post | None

    @property
    def pk(self) -> str:
        return f"{self.participation.pk}-{self.post.pk if self.post else 0}"

    @property
    def status(self) -> str:
        return self.post.status if self.post else "JOINED"


@dataclass(frozen=True)
class PlanItem:
    """A row of a plan's list, with the code by which it drifted, if it did."""

    plan: Plan
    place: int
    influencer_id: int
    outcome: str
    from_status: str | None
    to_status: str | None
    error: str | None
    drift: str | None

    @property
    def state(self) -> str | None:
        """Return the state, as the watermark and the drifts give it."""
        if self.outcome != "CHANGES" or self.place > self.plan.applied_through:
            return None
        return "DRIFTED" if self.drift else "DONE"


async def _plan_items(plans: Mapping[int, Plan]) -> list[PlanItem]:
    found = await rows(
        "SELECT t.plan_id, t.place, t.influencer_id, t.outcome, t.from_status, t.to_status,"
        " t.error, d.error FROM plan_item t LEFT JOIN plan_drift d"
        " ON d.plan_id = t.plan_id AND d.place = t.place ORDER BY t.plan_id, t.place"
    )

    def named(names: Sequence[str], number: int | None) -> str | None:
        return names[number - 1] if number else None

    return [
        PlanItem(
            plans[plan],
            place,
            influencer,
            named(OUTCOMES, outcome) or "",
            named(STATUSES, source),
            named(STATUSES, target),
            named(CODES, error),
            named(CODES, drift),
        )
        for plan, place, influencer, outcome, source, target, error, drift in found
    ]


class World:
    """Everything that there is, by type and key."""

    def __init__(self, now: datetime, rows: Mapping[str, Iterable[Any]]) -> None:
        self.now = now
        self.of = {name: {row.pk: row for row in found} for name, found in rows.items()}
        self.overrides = {
            (one.campaign_id, one.influencer_id): one.availability for one in self.all("Override")
        }
        self.plan_items: Sequence[PlanItem] = ()
        self.parts = {
            (part.campaign_id, part.influencer_id): part for part in self.all("Participation")
        }

    @classmethod
    async def load(cls, now: datetime) -> "World":
        """Read all rows."""
        models = (
            Campaign,
            Influencer,
            SocialAccount,
            Participation,
            ParticipationEvent,
            Post,
            Plan,
            ReferralCode,
        )
        found = {model.__name__: await model.all() for model in models}
        world = cls(now, {**found, "Override": await AvailabilityOverride.all()})
        world.plan_items = await _plan_items(world.of["Plan"])
        return world

    def all(self, name: str) -> Iterable[Any]:
        """The rows of a type."""
        return self.of[name].values()

    def accounts(self, of: Influencer, *, gone: bool = False) -> list[SocialAccount]:
        """Their accounts, largest first; `gone`: disconnected ones too."""
        found = [a for a in self.all("SocialAccount") if a.influencer_id == of.pk]
        found = [a for a in found if gone or a.disconnected_at is None]
        return sorted(found, key=lambda a: (-a.followers, -a.pk))

    def posts(self, of: Participation) -> list[Post]:
        """Their posts, newest first."""
        found = [post for post in self.all("Post") if post.participation_id == of.pk]
        return sorted(found, key=lambda post: (post.submitted_at, post.pk), reverse=True)

    def post_rows(self, of: Campaign) -> list[PostRow]:
        """The Posts tab, newest first."""
        found = [
            PostRow(part, post)
            for part in self.all("Participation")
            if part.campaign_id == of.pk and part.status in ACTIVE
            for post in (*self.posts(part), *self._without_post(part))
        ]
        long_ago = datetime.min.replace(tzinfo=self.now.tzinfo)

        def key(row: PostRow) -> tuple[datetime, int, int]:
            at = row.post.submitted_at if row.post else long_ago
            return at, row.post.pk if row.post else 0, row.participation.pk

        return sorted(found, key=key, reverse=True)

    def _without_post(self, of: Participation) -> list[None]:
        """The row that says JOINED: unless a post is of this round, or still live."""
        live = [p for p in self.posts(of) if "INEFFECTIVE" != p.status != "WARNING"]
        live += [p for p in self.posts(of) if p.warning not in (None, "DELETED_POST")]
        return [] if live or any(p.round == of.round for p in self.posts(of)) else [None]

    def facts(self, campaign: Campaign, person: Influencer) -> Facts:
        """How they stand to each other."""
        part = self.parts.get((campaign.pk, person.pk))
        return build_facts(
            columns(CampaignRow, campaign),
            columns(InfluencerRow, person),
            [columns(AccountRow, a) for a in self.accounts(person, gone=True)],
            override=self.overrides.get((campaign.pk, person.pk)),
            participation=columns(ParticipationRow, part) if part else None,
            posts=[columns(PostColumns, post) for post in self.posts(part)] if part else (),
            now=self.now,
        )

    def fits(self, person: Influencer, asked: Mapping[str, Any]) -> bool:
        """Whether a tab's filter lets them through, its status aside."""
        accounts = self.accounts(person)
        words = [person.name, *(account.handle for account in accounts)]
        countries = {clean(code).upper() for code in asked.get("countries") or ()}
        categories = {fold(clean(name)) for name in asked.get("categories") or ()}
        return (
            (finds(asked.get("search"), "") or person.erased_at is None)
            and finds(asked.get("search"), *words)
            and (not countries or person.country in countries)
            and (not categories or not categories.isdisjoint(map(fold, person.categories)))
            and _in_range(accounts, asked)
            and _named(asked.get("influencerIds"), encode("Influencer", person.pk))
            and _named(asked.get("externalIds"), person.external_id)
        )

    def may_see(self, caller: Caller, row: Any) -> bool:
        """Whether a caller may ask for the object by its id, or finds it in lists of all."""
        if caller.role is Role.STAFF:
            return True
        name = type(row).__name__
        if name in ("Candidate", "Plan") or getattr(row, "action", "") == "SET_AVAILABILITY":
            return False
        if caller.role is Role.ADVERTISER:
            return caller.advertiser_id in self._advertisers(row)
        if name == "Campaign":
            viewer: Influencer = self.of["Influencer"][caller.influencer_id]
            known = self.facts(row, viewer)
            return known.status is not None or not known.unavailable_reasons
        if name == "PostRow":
            return False
        return caller.influencer_id == self._owner(row)

    def _owner(self, row: Any) -> int:
        if isinstance(row, Post):
            return self.of["Participation"][row.participation_id].influencer_id
        return row.pk if isinstance(row, Influencer) else row.influencer_id

    def _advertisers(self, row: Any) -> set[str | None]:
        if isinstance(row, Campaign):
            return {row.advertiser_id} - {None}
        if isinstance(row, PostRow):
            return self._advertisers(row.participation)
        if isinstance(row, Influencer | SocialAccount):
            owner = self._owner(row)
            campaigns = {c for c, influencer in self.parts if influencer == owner}
        else:
            campaigns = {row.campaign_id}
        return {self.of["Campaign"][key].advertiser_id for key in campaigns} - {None}


def columns(named: type[T], row: Any) -> T:
    """A plain row of these columns."""
    return named(*(getattr(row, name) for name in named._fields))  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]


def _named(wanted: list[str] | None, name: str) -> bool:
    return not wanted or name in [each.strip() for each in wanted]


def _in_range(accounts: list[SocialAccount], asked: Mapping[str, Any]) -> bool:
    low, high = asked.get("followersMin"), asked.get("followersMax")

    def within(followers: int) -> bool:
        return (low is None or followers >= low) and (high is None or followers <= high)

    platforms: list[Platform] | None = asked.get("platforms")
    if not platforms:
        return within(accounts[0].followers if accounts else 0)
    return any(platform_of(a.platform) in platforms and within(a.followers) for a in accounts)
