"""Whose objects a caller may see, as SQL conditions on the object's row (alias `t`).

Parameters (`answers.viewer_values`): `:viewer` is the calling influencer's id, `:advertiser` the
calling advertiser's.
"""

from resolvers.audience_sql import is_running, meets_rules
from resolvers.caller import Caller
from workflow.enums import Role

_VISIBLE_TO_VIEWER = f"""EXISTS (SELECT 1 FROM influencer v
    WHERE v.id = :viewer AND {meets_rules("t", "v")} = 1)"""
_CAMPAIGN_OF_VIEWER = f"""(EXISTS (SELECT 1 FROM participation p
    WHERE p.campaign_id = t.id AND p.influencer_id = :viewer)
    OR {is_running("t")} AND CASE (SELECT o.availability
        FROM availability_override o WHERE o.campaign_id = t.id AND o.influencer_id = :viewer)
        WHEN 'UNAVAILABLE' THEN 1 = 0
        WHEN 'AVAILABLE' THEN 1 = 1
        ELSE {_VISIBLE_TO_VIEWER} END)"""
_HAPPENED_TO_VIEWER = "(t.influencer_id = :viewer AND t.action <> 'SET_AVAILABILITY')"
_ADVERTISERS = "(SELECT c.id FROM campaign c WHERE c.advertiser_id = :advertiser)"

_HAPPENED_TO_ADVERTISER = f"(t.campaign_id IN {_ADVERTISERS} AND t.action <> 'SET_AVAILABILITY')"

_ADVERTISER = {
    "Campaign": "t.advertiser_id = :advertiser",
    "Influencer": "EXISTS (SELECT 1 FROM participation p WHERE p.influencer_id = t.id"
    f" AND p.campaign_id IN {_ADVERTISERS})",
    "SocialAccount": "EXISTS (SELECT 1 FROM participation p"
    f" WHERE p.influencer_id = t.influencer_id AND p.campaign_id IN {_ADVERTISERS})",
    "Participation": f"t.campaign_id IN {_ADVERTISERS}",
    "PostRow": f"t.campaign_id IN {_ADVERTISERS}",
    "Post": f"t.campaign_id IN {_ADVERTISERS}",
    "ParticipationEvent": _HAPPENED_TO_ADVERTISER,
    "ParticipationChange": _HAPPENED_TO_ADVERTISER,
}
_INFLUENCER = {
    "Campaign": _CAMPAIGN_OF_VIEWER,
    "Influencer": "t.id = :viewer",
    "SocialAccount": "t.influencer_id = :viewer",
    "Participation": "t.influencer_id = :viewer",
    "Post": "EXISTS (SELECT 1 FROM participation p"
    " WHERE p.id = t.participation_id AND p.influencer_id = :viewer)",
    "ParticipationEvent": _HAPPENED_TO_VIEWER,
    "ParticipationChange": _HAPPENED_TO_VIEWER,
}
_NOT_DELETED = "SELECT 1 FROM webhook w WHERE w.id = t.webhook_id AND w.deleted_at IS NULL"
_STAFF = {"Webhook": ["t.deleted_at IS NULL"], "Delivery": [f"EXISTS ({_NOT_DELETED})"]}
_SEEN_BY = {Role.ADVERTISER: _ADVERTISER, Role.INFLUENCER: _INFLUENCER}
_NOTHING = "1 = 0"


def visible(type_name: str, caller: Caller) -> list[str]:
    """Return the conditions under which the caller sees objects of a type.

    Staff see everything except deleted webhooks and their deliveries.
    """
    if caller.role is Role.STAFF:
        return _STAFF.get(type_name, [])
    return [_SEEN_BY.get(caller.role, {}).get(type_name, _NOTHING)]


def within_reach(type_name: str, caller: Caller) -> list[str]:
    """Return the conditions under which the caller's mutations may be about objects of a type.

    Those of services are about all, of which they see only what is answered.
    """
    return [] if caller.role is Role.SERVICE else visible(type_name, caller)
