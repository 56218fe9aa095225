"""The status on each screen, derived from the stored one (docs/rules.md#screens)."""

from workflow.enums import (
    ApplicantStatus,
    CampaignStatus,
    CandidateStatus,
    JobSection,
    ParticipationOrigin,
    ParticipationStatus,
)
from workflow.table import APPLICANT_STATUSES, HOLDS_PLACE

_CANDIDATE_STATUSES = {
    ParticipationStatus.WAITING: CandidateStatus.WAITING,
    ParticipationStatus.APPLIED: CandidateStatus.APPLIED,
    ParticipationStatus.REVIEWING: CandidateStatus.APPLIED,
    ParticipationStatus.APPROVED: CandidateStatus.JOINED,
    ParticipationStatus.REJECTED: CandidateStatus.REJECTED,
    ParticipationStatus.JOINED: CandidateStatus.JOINED,
}
_BY_VISIBILITY = {True: CandidateStatus.AVAILABLE, False: CandidateStatus.UNAVAILABLE}

CANDIDATE_STATUS = {
    (status, visible): _CANDIDATE_STATUSES.get(status, otherwise) if status else otherwise
    for status in (None, *ParticipationStatus)
    for visible, otherwise in _BY_VISIBILITY.items()
}
"""The status on the Select influencer tab, by stored status and visibility of the campaign."""


def applicant_status(
    status: ParticipationStatus | None, *, selection: bool
) -> ApplicantStatus | None:
    """Return the status on the Applicant influencers tab; None if it is not on the tab."""
    if not selection or status not in APPLICANT_STATUSES:
        return None
    return ApplicantStatus(status)


def job_section(
    status: ParticipationStatus | None,
    campaign_status: CampaignStatus,
    origin: ParticipationOrigin,
) -> JobSection | None:
    """Return the section of My Job for a participation; None without one, or once removed."""
    if status is None or status is ParticipationStatus.REMOVED:
        return None
    if campaign_status.is_running:
        if status in (ParticipationStatus.APPLIED, ParticipationStatus.REVIEWING):
            forced = origin is ParticipationOrigin.FORCED
            return JobSection.IN_PROGRESS if forced else JobSection.APPLIED
        if status is not ParticipationStatus.REJECTED:
            return JobSection.IN_PROGRESS
    elif campaign_status is CampaignStatus.COMPLETED and status in HOLDS_PLACE:
        return JobSection.COMPLETED
    return JobSection.CLOSED
