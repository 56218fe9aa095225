"""How an influencer and their accounts are read."""

from collections.abc import Mapping
from typing import Any

from projection import Computed, Connection, Derived, Rows, Run, Shape, ToMany
from resolvers.queries.applicant_tab import of_influencers
from resolvers.shapes import columns as c
from workflow.facts import AccountRow, InfluencerRow


def _profile(_run: Run, *values: Any) -> InfluencerRow:
    return InfluencerRow(*values)


def _private(run: Run, influencer: int, value: str | None) -> str | None:
    """Return a value that only staff, services and the influencer may see, else None."""
    if run.role in c.LIKE_STAFF or influencer == run.values["viewer"]:
        return value
    return None


def _accounts(_run: Run, arguments: Mapping[str, Any]) -> str:
    return "" if arguments["includeDisconnected"] else "t.disconnected_at IS NULL"


INFLUENCER = Shape(
    name="Influencer",
    source="influencer t",
    fields={
        "id": c.gid("Influencer"),
        "externalId": Computed(compute=_private, needs=("id", "external_id")),
        "name": c.plain("name"),
        "country": c.plain("country"),
        "categories": c.json_list("categories"),
        "avatarUrl": c.plain("avatar_url"),
        "followers": c.plain("followers"),
        "email": Computed(compute=_private, needs=("id", "email")),
        "accounts": ToMany(
            shape="SocialAccount",
            parent="{t}.id",
            key="{t}.influencer_id",
            # As the index has them, so that nothing is sorted.
            order="t.influencer_id DESC, t.followers DESC, t.id DESC",
            where=_accounts,
        ),
        "participations": Connection(
            shape="Participation",
            parent="{t}.id",
            listing=of_influencers,
            roles=c.ALL_BUT_SERVICES,
        ),
    },
    internal={
        "profile": Derived(compute=_profile, needs=InfluencerRow._fields),
        "account_rows": Rows(
            table="social_account",
            columns=", ".join(AccountRow._fields),
            parent="{t}.id",
            key="influencer_id",
        ),
    },
)

SOCIAL_ACCOUNT = Shape(
    name="SocialAccount",
    source="social_account t",
    fields={
        "id": c.gid("SocialAccount"),
        "platform": c.platform("platform"),
        "externalId": Computed(compute=_private, needs=("influencer_id", "external_id")),
        "handle": c.plain("handle"),
        "followers": c.plain("followers"),
        "connectedAt": c.moment("connected_at"),
        "disconnectedAt": c.moment("disconnected_at", nullable=True),
    },
)

OVERRIDE = Shape(
    name="AvailabilityOverride",
    source="availability_override t",
    fields={},
)
