"""Events decided once more, from nothing but what the history keeps of them."""

from typing import NamedTuple

from workflow.decisions import Decision, decide, decide_finding, decide_post
from workflow.enums import Action, Outcome, ParticipationStatus, PostDecision, Role, mask_of
from workflow.receipts import Receipt, ReceiptPost
from workflow.table import POST_ROLES, Command, Facts, PostFacts, PostState


class Kept(NamedTuple):
    """The columns of an event beside its receipt."""

    action: Action
    role: Role
    before: ParticipationStatus | None
    after: ParticipationStatus | None


NAMES_ACCOUNT = (Action.APPLY, Action.SELECT_ACCOUNT)


def check_replay(event: Kept, receipt: Receipt) -> None:
    """Fails unless the rules decide the event as they did, by the same row."""
    if event.action in POST_ROLES:
        assert receipt.post is not None, event
        assert _post_again(event, receipt, receipt.post) == receipt.post.to
        assert receipt.rule == event.action
        return
    made = decide(_facts(event, receipt), _command(event, receipt))
    after = None if event.action is Action.SET_AVAILABILITY else made.target
    assert (made.outcome, after) == (Outcome.CHANGED, event.after), (event, receipt, made)
    assert made.rule is receipt.rule, (event, receipt, made)
    assert made.gives_code is (receipt.codes_left is not None)
    _check_account(event, receipt, made)


def _check_account(event: Kept, receipt: Receipt, made: Decision) -> None:
    if event.action is not Action.REOPEN:  # it keeps the one that was selected before
        assert made.account == receipt.selected_account, (event, receipt, made)
    if made.account is not None and receipt.qualifying_count:
        assert receipt.accounts[0].qualifies
        assert event.action is Action.REOPEN or receipt.accounts[0].account == made.account


def _facts(event: Kept, receipt: Receipt) -> Facts:
    relevant = {one.account for one in receipt.accounts}
    qualifying = {one.account for one in receipt.accounts if one.qualifies}
    # Of those that are counted and not kept nothing else matters.
    qualifying |= {-1 - n for n in range(receipt.qualifying_count - len(qualifying))}
    relevant |= qualifying
    relevant |= {-1001 - n for n in range(receipt.relevant_count - len(relevant))}
    return Facts(
        campaign_status=receipt.campaign_status,
        selection=receipt.selection,
        post_tracking=receipt.post_tracking,
        campaign_platforms=mask_of(receipt.campaign_platforms),
        status=event.before,
        origin=receipt.origin,
        unavailable_reasons=tuple(receipt.unavailable_reasons),
        override=receipt.availability_override,
        deadline_passed=receipt.deadline_passed,
        own=frozenset(relevant),
        relevant=frozenset(relevant),
        qualifying=frozenset(qualifying),
        selected_account=0 if receipt.selection_was_lost else None,
        selected_connected=not receipt.selection_was_lost,
        places_left=receipt.places_left,
        codes_left=receipt.codes_left,
        has_live_post=receipt.has_live_post,
    )


def _command(event: Kept, receipt: Receipt) -> Command:
    return Command(
        action=event.action,
        role=event.role,
        account=receipt.selected_account if event.action in NAMES_ACCOUNT else None,
        platforms=mask_of(receipt.selected_platforms),
        availability=receipt.availability,
        url_platform=receipt.post.platform if receipt.post else None,
    )


def _post_again(event: Kept, receipt: Receipt, post: ReceiptPost) -> str:
    """Decide a post's status once more; return it."""
    assert post.from_ is not None, event
    facts = PostFacts(
        campaign_status=receipt.campaign_status,
        post_tracking=receipt.post_tracking,
        state=PostState(post.from_, post.from_warning),
        url_is_taken=post.url_is_taken,
    )
    target = PostState(post.to, post.to_warning)
    if target == facts.state:  # only the reason was changed, which receipts do not keep
        target = target._replace(reason="another")
    if event.action is Action.SET_POST_STATUS:
        made = decide_post(facts, event.role, PostDecision(post.to), *target[1:])
    else:
        made = decide_finding(facts, event.role, target)
    assert (made.outcome, made.state) == (Outcome.CHANGED, target), (event, receipt)
    return made.state.status
