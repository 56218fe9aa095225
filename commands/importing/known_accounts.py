"""Accounts that a file knows by their handles alone, though they are connected with ids already."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from database.session import rows
from models.text import clean_id
from resolvers.mutations.upsert_influencers import AccountFields, InfluencerFields

_Known: TypeAlias = Mapping[tuple[str, int, str], str]

_CONNECTED = """
SELECT i.external_id, a.platform, a.handle, a.external_id
FROM influencer i JOIN social_account a ON a.influencer_id = i.id AND a.disconnected_at IS NULL
WHERE i.external_id = ANY(:external_ids)"""


def id_of_handle(handle: str) -> str:
    """Return the id of an account that has no other."""
    return f"@{handle.lower()}"


async def with_known_ids(influencers: Sequence[InfluencerFields]) -> Sequence[InfluencerFields]:
    """Return the influencers, whose accounts have the ids with which they are connected."""
    lacking = [
        clean_id(one["external_id"]) for one in influencers if any(map(_lacks_id, one["accounts"]))
    ]
    if not lacking:
        return influencers
    found = await rows(_CONNECTED, external_ids=lacking)
    accounts = [
        ((person, platform, handle.lower()), key) for person, platform, handle, key in found
    ]
    times = Counter(account for account, _ in accounts)
    known = {account: key for account, key in accounts if times[account] == 1}
    return [_with_known_ids(one, known) for one in influencers]


def _lacks_id(account: AccountFields) -> bool:
    return account["external_id"] == id_of_handle(account["handle"])


def _with_known_ids(influencer: InfluencerFields, known: _Known) -> InfluencerFields:
    person = clean_id(influencer["external_id"])
    accounts: list[AccountFields] = []
    for account in influencer["accounts"]:
        at = person, account["platform"].number, account["handle"].lower()
        external_id = known.get(at, account["external_id"]) if _lacks_id(account) else None
        accounts.append({**account, "external_id": external_id or account["external_id"]})
    return {**influencer, "accounts": accounts}
