"""How a row of the Select influencer tab is read: a pair of a campaign and an influencer."""

from projection import Computed, Connection, Denial, Derived, Run, Shape, ToOne
from resolvers.queries.history import of_candidates
from resolvers.shapes import columns as c
from resolvers.shapes.facts import facts, largest_first
from workflow.available_actions import available_actions
from workflow.enums import Action, CandidateStatus, Role, UnavailableReason
from workflow.screens import CANDIDATE_STATUS
from workflow.table import Facts

_KEY = "{t}.campaign_id::text || '-' || {t}.influencer_id::text"
_PAIR = "{j}.campaign_id = {t}.campaign_id AND {j}.influencer_id = {t}.influencer_id"


def _status(_run: Run, known: Facts) -> CandidateStatus:
    return CANDIDATE_STATUS[known.status, not known.unavailable_reasons]


def _reasons(_run: Run, known: Facts) -> tuple[UnavailableReason, ...]:
    unavailable = _status(_run, known) is CandidateStatus.UNAVAILABLE
    return known.unavailable_reasons if unavailable else ()


def _actions(run: Run, known: Facts) -> tuple[Action, ...]:
    return available_actions(known, Role(run.role))


def _override(_run: Run, availability: str | None) -> str | None:
    return availability


CANDIDATE = Shape(
    name="Candidate",
    source="(SELECT (e.value->>0)::bigint AS campaign_id, (e.value->>1)::bigint AS influencer_id"
    " FROM json_array_elements(:keys::json) AS e(value)) t",
    key=("campaign_id", "influencer_id"),
    fields={
        "id": c.gid("Candidate", _KEY),
        "campaign": ToOne(shape="Campaign", on="{j}.id = {t}.campaign_id"),
        "influencer": ToOne(shape="Influencer", on="{j}.id = {t}.influencer_id"),
        "status": Computed(compute=_status, needs=("facts",)),
        "unavailableReasons": Computed(compute=_reasons, needs=("facts",)),
        "availabilityOverride": Computed(compute=_override, needs=("override.availability",)),
        "qualifyingAccounts": Computed(
            compute=largest_first,
            needs=("facts", "influencer.account_rows"),
            roles=c.ALL_BUT_SERVICES,
            denial=Denial.WHOLE,
        ),
        "participation": ToOne(shape="Participation", on=_PAIR),
        "availableActions": Computed(compute=_actions, needs=("facts",)),
        "events": Connection(
            shape="ParticipationEvent",
            parent=_KEY,
            listing=of_candidates,
            roles=c.ALL_BUT_SERVICES,
            denial=Denial.WHOLE,
        ),
    },
    internal={
        "override": ToOne(shape="AvailabilityOverride", on=_PAIR),
        "facts": Derived(
            compute=facts,
            needs=(
                "campaign.terms",
                "influencer.profile",
                "influencer.account_rows",
                "override.availability",
                "participation.row",
                "participation.post_rows",
            ),
        ),
    },
)
