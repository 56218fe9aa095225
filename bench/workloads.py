"""What is asked of every server: the operations, and the variables over which they rotate."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.database import Database
from resolvers.ids import encode

OPERATIONS = Path(__file__).parent / "operations"
ROTATION = 200
"""So many campaigns, or influencers, take turns."""
MUTATIONS = 12_000
"""Requests for M1: more than any server gets through in one run."""
BULK_MARKINGS = 200_000
"""The same for M2, counted in influencers."""


@dataclass(frozen=True)
class Request:
    """One request: of which campaign, for which influencers; in Q2 the influencer is the caller."""

    campaign: int | None
    influencers: tuple[int, ...] = ()

    @property
    def variables(self) -> dict[str, object]:
        """The operation's variables."""
        found: dict[str, object] = {}
        if self.campaign is not None:
            found["campaignId"] = encode("Campaign", self.campaign)
            if self.influencers:
                found["influencerIds"] = [encode("Influencer", key) for key in self.influencers]
        return found

    @property
    def caller(self) -> int | None:
        """The influencer who asks; None: staff do."""
        return self.influencers[0] if self.campaign is None else None


@dataclass(frozen=True)
class Workload:
    """One thing to time."""

    name: str
    title: str
    file: str

    @cached_property
    def operation(self) -> str:
        """The text of the operation."""
        return (OPERATIONS / self.file).read_text()

    @property
    def writes(self) -> bool:
        """Whether each request can be sent only once."""
        return self.name.startswith("M")

    def requests(self, database: Database) -> list[Request]:
        """Return the request to send, from the data at hand."""
        match self.name:
            case "Q1":
                return _campaigns(database, _FULL_APPLICANT_TABS)
            case "Q2":
                rows = database.rows(_BUSY_INFLUENCERS)
                return [Request(None, (int(row[0]),)) for row in rows]
            case "M1":
                return _markings(database, count=MUTATIONS, each=1)
            case "M2":
                each = database.size.bulk
                return _markings(database, count=BULK_MARKINGS // each, each=each)
            case _:
                return _campaigns(database, _OPEN)


WORKLOADS = (
    Workload("Q1", "Applicant tab, a page of 50", "Q1.graphql"),
    Workload("Q2", "My Job, a page of 20", "Q2.graphql"),
    Workload("Q3", "One campaign by id", "Q3.graphql"),
    Workload("Q4", "Select influencer tab, a page of 50", "Q4.graphql"),
    Workload("Q5", "Counts of the Select influencer tab", "Q5.graphql"),
    Workload("M1", "markJoined of one", "M.graphql"),
    Workload("M2", "markJoined of 500", "M.graphql"),
)

_FULL_APPLICANT_TABS = f"""
SELECT campaign_id FROM participation WHERE status IN ('APPLIED', 'REVIEWING', 'APPROVED')
GROUP BY campaign_id ORDER BY count(*) < 50, campaign_id LIMIT {ROTATION}"""
_BUSY_INFLUENCERS = f"""
SELECT influencer_id FROM participation WHERE influencer_id < 20000 AND status <> 'REMOVED'
GROUP BY influencer_id ORDER BY count(*) < 5, influencer_id LIMIT {ROTATION}"""
_OPEN = f"""
SELECT id FROM campaign WHERE status IN ('UPCOMING', 'ONGOING') ORDER BY id LIMIT {ROTATION}"""
# The largest first, campaigns in turn, so that one campaign's lock holds up few. Without those who
# were removed: their rows would be changed, and what is new is all that a reset takes back.
_AVAILABLE = """
SELECT place / {each} AS turn, campaign_id, string_agg(influencer_id::text, ',' ORDER BY place)
FROM (SELECT f.*, row_number() OVER (PARTITION BY campaign_id ORDER BY followers DESC) - 1 AS place
    FROM (SELECT c FROM campaign c WHERE c.status = 'ONGOING' ORDER BY c.id LIMIT 200) AS open,
    LATERAL campaign_candidates(open.c, {depth}) AS f WHERE f.status = 'AVAILABLE'
    AND NOT EXISTS (SELECT FROM participation q WHERE q.campaign_id = f.campaign_id
        AND q.influencer_id = f.influencer_id)) AS numbered
GROUP BY 1, 2 HAVING count(*) = {each} ORDER BY 1, 2 LIMIT {count}"""


def _campaigns(database: Database, statement: str) -> list[Request]:
    return [Request(int(row[0])) for row in database.rows(statement)]


def _markings(database: Database, *, count: int, each: int) -> list[Request]:
    depth = 2_500 if each > 1 else 300
    rows = database.rows(_AVAILABLE.format(each=each, depth=depth, count=count))
    return [Request(int(row[1]), tuple(map(int, row[2].split(",")))) for row in rows]
