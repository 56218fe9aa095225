"""How the history is read, and who may read what others wrote in it."""

import orjson

from projection import Computed, Denial, Run, Shape, ToOne
from resolvers.shapes import columns as c
from workflow.enums import Action, Role
from workflow.receipts import Receipt, read_receipt


def _private(run: Run, influencer: int, actor: str, text: str | None) -> str | None:
    """Return a text that is internal: all for staff, none of staff's for advertisers."""
    match run.role:
        case Role.STAFF:
            return text
        case Role.ADVERTISER:
            return None if actor == Role.STAFF else text
        case _:
            own = actor == Role.INFLUENCER and influencer == run.values["viewer"]
            return text if own else None


def _reason(run: Run, influencer: int, actor: str, reason: str | None, action: str) -> str | None:
    """Return a reason as `_private` does; that of a post's status is its creator's to read too."""
    if action == Action.SET_POST_STATUS and influencer == run.values["viewer"]:
        return reason
    return _private(run, influencer, actor, reason)


def _decision(_run: Run, receipt: str | None) -> Receipt | None:
    return None if receipt is None else read_receipt(orjson.loads(receipt))


EVENT = Shape(
    name="ParticipationEvent",
    source="participation_event t",
    fields={
        "id": c.gid("ParticipationEvent"),
        "campaign": ToOne(shape="Campaign", on="{j}.id = {t}.campaign_id"),
        "influencer": ToOne(shape="Influencer", on="{j}.id = {t}.influencer_id"),
        "participation": ToOne(shape="Participation", on="{j}.id = {t}.participation_id"),
        "action": c.plain("action"),
        "from": c.plain("from_status"),
        "to": c.plain("to_status"),
        "round": c.plain("round"),
        "post": ToOne(shape="Post", on="{j}.id = {t}.post_id"),
        "plan": ToOne(shape="Plan", on="{j}.id = {t}.plan_id", roles=c.STAFF, denial=Denial.NULL),
        "actorRole": c.plain("actor_role"),
        "actorId": c.plain("actor_id", roles=c.STAFF, denial=Denial.NULL),
        "actorName": Computed(
            compute=_private, needs=("influencer_id", "actor_role", "actor_name")
        ),
        "reason": Computed(
            compute=_reason, needs=("influencer_id", "actor_role", "reason", "action")
        ),
        "message": c.plain("message"),
        "decision": Computed(
            compute=_decision, needs=("decision",), roles=c.STAFF, denial=Denial.NULL
        ),
        "occurredAt": c.moment("occurred_at"),
    },
)
