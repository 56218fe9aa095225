"""How a campaign is read, and how the calling influencer stands to it."""

from dataclasses import dataclass
from typing import Any

from projection import Batched, Computed, Connection, Denial, Derived, Run, Shape, ToOne
from resolvers.queries.applicant_tab import applicant_counts, applicants
from resolvers.queries.candidate_counts import candidate_counts
from resolvers.queries.plans import plans
from resolvers.queries.posts_tab import post_counts, post_rows
from resolvers.queries.select_tab import candidate, candidates
from resolvers.queries.what_if import what_if
from resolvers.shapes import columns as c
from resolvers.shapes.facts import facts, largest_first
from workflow.available_actions import available_actions, blockers
from workflow.enums import AffiliateKind, Role
from workflow.facts import CampaignRow
from workflow.table import Facts


@dataclass(frozen=True, slots=True)
class ReferralCodePoolValue:
    """The codes of a campaign, counted."""

    total: int
    left: int


def _pool(_run: Run, kind: str | None, total: int, given: int) -> ReferralCodePoolValue | None:
    if kind != AffiliateKind.REFERRAL_CODE:
        return None
    return ReferralCodePoolValue(total, total - given)


def _row(_run: Run, *values: Any) -> CampaignRow:
    return CampaignRow(*values)


def _actions(_run: Run, known: Facts) -> tuple[str, ...]:
    return available_actions(known, Role.INFLUENCER)


def _blockers(_run: Run, known: Facts) -> tuple[str, ...]:
    return blockers(known, Role.INFLUENCER)


CAMPAIGN = Shape(
    name="Campaign",
    source="campaign t",
    fields={
        "id": c.gid("Campaign"),
        "title": c.plain("title"),
        "brand": c.plain("brand"),
        "advertiserId": c.plain("advertiser_id", roles=c.ALL_BUT_CREATORS),
        "description": c.plain("description"),
        "coverImageUrl": c.plain("cover_image_url"),
        "reward": c.plain("reward"),
        "hashtags": c.json_list("hashtags"),
        "mentions": c.json_list("mentions"),
        "type": c.plain("type"),
        "selection": c.boolean("selection"),
        "affiliateKind": c.plain("affiliate_kind"),
        "status": c.plain("status"),
        "postTracking": c.boolean("post_tracking"),
        "platforms": c.platforms("platforms"),
        "countries": c.words("countries"),
        "categories": c.json_list("categories"),
        "followersMin": c.plain("followers_min"),
        "followersMax": c.plain("followers_max"),
        "capacity": c.plain("capacity", roles=c.ALL_BUT_CREATORS),
        "referralCodes": Computed(
            compute=_pool,
            needs=("affiliate_kind", "codes_total", "codes_given"),
            roles=c.LIKE_STAFF,
        ),
        "placesTaken": c.plain("places_taken", roles=c.ALL_BUT_CREATORS, denial=Denial.NULL),
        "applicationDeadline": c.moment("application_deadline", nullable=True),
        "startsAt": c.moment("starts_at", nullable=True),
        "endsAt": c.moment("ends_at", nullable=True),
        "createdAt": c.moment("created_at"),
        "updatedAt": c.moment("updated_at"),
        "candidates": Connection(
            shape="Candidate",
            parent="{t}.id",
            listing=candidates,
            single=True,
            columns=frozenset({"status"}),
            roles=c.STAFF,
        ),
        "candidate": Batched(parent="{t}.id", load=candidate, roles=c.STAFF),
        "candidateCounts": Batched(parent="{t}.id", load=candidate_counts, roles=c.STAFF),
        "whatIf": Batched(parent="{t}.id", load=what_if, roles=c.STAFF),
        "plans": Connection(shape="Plan", parent="{t}.id", listing=plans, roles=c.STAFF),
        "applicants": Connection(
            shape="Participation", parent="{t}.id", listing=applicants, roles=c.DECIDERS
        ),
        "applicantCounts": Batched(parent="{t}.id", load=applicant_counts, roles=c.DECIDERS),
        "posts": Connection(shape="PostRow", parent="{t}.id", listing=post_rows, roles=c.DECIDERS),
        "postCounts": Batched(parent="{t}.id", load=post_counts, roles=c.DECIDERS),
        "viewerParticipation": ToOne(
            shape="Participation",
            on="{j}.campaign_id = {t}.id AND {j}.influencer_id = :viewer",
            roles=c.CREATOR,
            denial=Denial.NULL,
        ),
        "viewerActions": Computed(
            compute=_actions, needs=("viewer_facts",), roles=c.CREATOR, denial=Denial.EMPTY
        ),
        "viewerBlockers": Computed(
            compute=_blockers, needs=("viewer_facts",), roles=c.CREATOR, denial=Denial.EMPTY
        ),
        "viewerQualifyingAccounts": Computed(
            compute=largest_first,
            needs=("viewer_facts", "viewer.account_rows"),
            roles=c.CREATOR,
            denial=Denial.EMPTY,
        ),
    },
    internal={
        "terms": Derived(compute=_row, needs=CampaignRow._fields),
        "viewer": ToOne(shape="Influencer", on="{j}.id = :viewer"),
        "viewer_override": ToOne(
            shape="AvailabilityOverride",
            on="{j}.campaign_id = {t}.id AND {j}.influencer_id = :viewer",
        ),
        "viewer_facts": Derived(
            compute=facts,
            needs=(
                "terms",
                "viewer.profile",
                "viewer.account_rows",
                "viewer_override.availability",
                "viewerParticipation.row",
                "viewerParticipation.post_rows",
            ),
        ),
    },
)
