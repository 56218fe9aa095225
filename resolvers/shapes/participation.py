"""How a participation is read, what the caller may do with it, and what its creator must do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from projection import Computed, Connection, Denial, Derived, Rows, Run, Shape, ToMany, ToOne
from resolvers.queries.history import of_participations
from resolvers.shapes import columns as c
from resolvers.shapes.facts import facts
from workflow.available_actions import available_actions, required_action
from workflow.enums import (
    ApplicantStatus,
    CandidateStatus,
    ParticipationStatus,
    Platform,
    RequiredActionType,
    Role,
    platforms_of,
)
from workflow.facts import ParticipationRow, PostRow
from workflow.screens import CANDIDATE_STATUS, applicant_status
from workflow.table import Facts


@dataclass(frozen=True, slots=True)
class RequiredActionValue:
    """What the creator must do next, as clients see it."""

    type: RequiredActionType
    message: str
    platforms: Sequence[Platform]
    accounts: Sequence[int]
    blocked_by: Sequence[str]


def _row(_run: Run, *values: Any) -> ParticipationRow | None:
    return ParticipationRow(*values) if values[0] else None


def _code(_run: Run, code: str | None) -> str | None:
    return code


def _candidate_status(run: Run, status: str, known: Facts) -> CandidateStatus | None:
    if status == ParticipationStatus.REMOVED and run.role not in c.LIKE_STAFF:
        # What it would be now tells of the audience rules, and of what staff have overridden.
        return None
    return CANDIDATE_STATUS[known.status, not known.unavailable_reasons]


def _candidate(
    _run: Run, campaign: int, influencer: int, erased_at: object
) -> tuple[int, int] | None:
    """Return the key of the row of the Select influencer tab, where those erased have none."""
    return (campaign, influencer) if erased_at is None else None


def _applicant_status(_run: Run, status: str, selection: bool) -> ApplicantStatus | None:
    return applicant_status(ParticipationStatus(status), selection=bool(selection))


def _required_action(_run: Run, known: Facts) -> RequiredActionValue | None:
    action = required_action(known)
    if action is None:
        return None
    return RequiredActionValue(
        action.type,
        action.message,
        platforms_of(action.platforms),
        action.accounts,
        action.blocked_by,
    )


def _available_actions(run: Run, known: Facts) -> tuple[str, ...]:
    return available_actions(known, Role(run.role))


PARTICIPATION = Shape(
    name="Participation",
    source="participation t",
    fields={
        "id": c.gid("Participation"),
        "campaign": ToOne(shape="Campaign", on="{j}.id = {t}.campaign_id"),
        "influencer": ToOne(shape="Influencer", on="{j}.id = {t}.influencer_id"),
        "status": c.plain("status"),
        "candidateStatus": Computed(compute=_candidate_status, needs=("status", "facts")),
        "candidate": Computed(
            compute=_candidate,
            needs=("campaign_id", "influencer_id", "influencer.erased_at"),
            roles=c.LIKE_STAFF,
            denial=Denial.NULL,
        ),
        "applicantStatus": Computed(
            compute=_applicant_status, needs=("status", "campaign.selection")
        ),
        "origin": c.plain("origin"),
        "round": c.plain("round"),
        "version": c.plain("version"),
        "selectedAccount": ToOne(shape="SocialAccount", on="{j}.id = {t}.selected_account_id"),
        "selectedPlatforms": c.platforms("selected_platforms"),
        "referralCode": Computed(compute=_code, needs=("given_code.code",)),
        "requiredAction": Computed(compute=_required_action, needs=("facts",)),
        "availableActions": Computed(compute=_available_actions, needs=("facts",)),
        "posts": ToMany(
            shape="Post",
            parent="{t}.id",
            key="{t}.participation_id",
            order="t.participation_id DESC, t.submitted_at DESC, t.id DESC",
        ),
        "events": Connection(
            shape="ParticipationEvent",
            parent="{t}.id",
            listing=of_participations,
            roles=c.ALL_BUT_SERVICES,
            denial=Denial.WHOLE,
        ),
        "createdAt": c.moment("created_at"),
        "updatedAt": c.moment("updated_at"),
    },
    internal={
        "row": Derived(compute=_row, needs=ParticipationRow._fields),
        "given_code": ToOne(shape="ReferralCode", on="{j}.id = {t}.referral_code_id"),
        "post_rows": Rows(
            table="post",
            columns=", ".join(PostRow._fields),
            parent="{t}.id",
            key="participation_id",
        ),
        "override": ToOne(
            shape="AvailabilityOverride",
            on="{j}.campaign_id = {t}.campaign_id AND {j}.influencer_id = {t}.influencer_id",
        ),
        "facts": Derived(
            compute=facts,
            needs=(
                "campaign.terms",
                "influencer.profile",
                "influencer.account_rows",
                "override.availability",
                "row",
                "post_rows",
            ),
        ),
    },
)

REFERRAL_CODE = Shape(
    name="ReferralCode",
    source="referral_code t",
    fields={},
)
