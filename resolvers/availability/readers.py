"""Reading the kept counts."""

from resolvers.availability import sql
from workflow.enums import CandidateStatus


def kept_total(status: CandidateStatus, counted: str) -> str:
    """Return SQL for the number of rows of `:campaign`'s tab that have a status.

    It is the kept number where that is fresh, and else `counted`, which counts the rows.
    """
    if status is CandidateStatus.AVAILABLE:
        return f"coalesce({sql.FRESH}, {counted})"
    if status is CandidateStatus.UNAVAILABLE:
        taking_part = f"(SELECT count(*) {sql.TAKING_PART} AND p.campaign_id = :campaign)"
        return f"coalesce({sql.FRESH_EVERYONE} - {taking_part} - {sql.FRESH}, {counted})"
    return counted
