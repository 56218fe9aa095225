"""The rules of docs/rules.md told once more, plainly, by somebody who had not seen `workflow/`.

Each action is a function of the facts of one case and of its input. It asks its questions in the
order of docs/rules.md#order-of-refusals, and answers at the first that applies. What the screens
show (docs/rules.md#screens) is told the same way. Nothing here imports the code that it judges;
words are the public names, as plain text.
"""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

Type = Literal["SOCIAL", "AFFILIATE"]
Kind = Literal["REFERRAL_CODE", "URL_TRACKING", "ECOMMERCE"]
CampaignStatus = Literal["DRAFT", "UPCOMING", "ONGOING", "COMPLETED", "CANCELLED"]
Status = Literal["WAITING", "APPLIED", "REVIEWING", "APPROVED", "REJECTED", "JOINED", "REMOVED"]
Origin = Literal["FORCED", "SELF"]
Availability = Literal["AVAILABLE", "UNAVAILABLE"]
Role = Literal["STAFF", "ADVERTISER", "INFLUENCER", "SERVICE", "SYSTEM"]
PostStatus = Literal["SUBMITTED", "EFFECTIVE", "WARNING", "APPROVED", "INEFFECTIVE"]
Finding = Literal["AD_FRAUD", "DELETED_POST", "INVALID_TOKEN"]
Warned = Literal["AD_FRAUD", "DELETED_POST", "INVALID_TOKEN", "INVALID_CONTENT", "OTHER"]
Action = Literal[
    "MARK_JOINED", "APPLY", "SELECT_ACCOUNT", "CONNECT_ACCOUNT", "SELECT_SOCIAL_MEDIA",
    "SET_APPLIED", "SET_REVIEWING", "APPROVE", "REJECT", "REOPEN", "REMOVE", "WITHDRAW",
    "SET_AVAILABILITY", "SUBMIT_POST", "SET_POST_STATUS", "RECORD_POST", "RECORD_FINDING", "ERASE",
]  # fmt: skip

# --- The facts of a case -----------------------------------------------------------------------


class Account(NamedTuple):
    """An account of the influencer; `in_range`: the campaign's, with its followers."""

    platform: str
    connected: bool = True
    in_range: bool = True
    name: str = "a"


class Url(NamedTuple):
    """A post's address: the platform of its host, and which post it names.

    `platform` is None where the address is no https URL of a known platform that names a post.
    """

    platform: str | None
    post: str = "1"


class Post(NamedTuple):
    """A post as its campaign knows it."""

    url: Url
    status: PostStatus = "SUBMITTED"
    warning: Warned | None = None
    round: int = 1


class Case(NamedTuple):
    """A campaign, an influencer, and what is between them."""

    # The campaign.
    type: Type = "SOCIAL"
    kind: Kind | None = None
    selection: bool = False
    post_tracking: bool = True
    campaign_status: CampaignStatus = "ONGOING"
    platforms: tuple[str, ...] = ("INSTAGRAM", "TIKTOK")
    deadline_passed: bool = False
    places_left: int | None = None
    codes_left: int = 0
    others_posts: tuple[Post, ...] = ()
    # The influencer.
    accounts: tuple[Account, ...] = ()
    country_fits: bool = True
    category_fits: bool = True
    room_for_account: bool = True
    override: Availability | None = None
    # The participation; `status` None: no row.
    status: Status | None = None
    origin: Origin = "FORCED"
    round: int = 1
    version: int = 1
    selected: Account | None = None
    selected_platforms: tuple[str, ...] = ()
    has_code: bool = False
    posts: tuple[Post, ...] = ()
    room_for_post: bool = True
    # False where the caller may not see it: it is another influencer's, or another advertiser's.
    is_callers: bool = True


# --- What an action is answered ----------------------------------------------------------------


class Answer(NamedTuple):
    """The outcome; where CHANGED, the participation as it is then."""

    outcome: Literal["CHANGED", "UNCHANGED", "REFUSED"]
    code: str | None = None
    status: Status | None = None
    origin: Origin = "FORCED"
    round: int = 1
    selected: Account | None = None
    selected_platforms: tuple[str, ...] = ()
    takes_code: bool = False


UNCHANGED = Answer("UNCHANGED")


def refused(code: str) -> Answer:
    return Answer("REFUSED", code)


def changed(case: Case) -> Answer:
    """The answer where the case is as given from now on."""
    return Answer(
        "CHANGED",
        status=case.status,
        origin=case.origin,
        round=case.round,
        selected=case.selected,
        selected_platforms=case.selected_platforms,
    )


# --- Accounts, who sees what (docs/rules.md#nouns, docs/rules.md#visibility) -------------------


def is_running(case: Case) -> bool:
    return case.campaign_status in ("UPCOMING", "ONGOING")


def is_untracked_affiliate(case: Case) -> bool:
    return case.type == "AFFILIATE" and not case.post_tracking


def is_relevant(case: Case, account: Account) -> bool:
    return account.connected and account.platform in case.platforms


def qualifies(case: Case, account: Account) -> bool:
    return is_relevant(case, account) and (account.in_range or case.override == "AVAILABLE")


def qualifying(case: Case) -> list[Account]:
    return [account for account in case.accounts if qualifies(case, account)]


def unavailable_reasons(case: Case) -> list[str]:
    reasons: list[str] = []
    if not is_running(case):
        reasons.append("CAMPAIGN_NOT_OPEN")
    if case.override == "UNAVAILABLE":
        reasons.append("HIDDEN_BY_STAFF")
    if case.override is None:
        if not case.country_fits:
            reasons.append("COUNTRY")
        if not case.category_fits:
            reasons.append("CATEGORY")
        has_relevant = any(is_relevant(case, account) for account in case.accounts)
        if has_relevant and not qualifying(case):
            reasons.append("FOLLOWERS")
    return reasons


def is_visible(case: Case) -> bool:
    return not unavailable_reasons(case)


# --- Posts that count (docs/rules.md#live-posts) -----------------------------------------------


def is_live(post: Post) -> bool:
    deleted = post.status == "WARNING" and post.warning == "DELETED_POST"
    return post.status != "INEFFECTIVE" and not deleted


def has_live_post(case: Case) -> bool:
    return any(is_live(post) for post in case.posts)


def posts_that_count(case: Case) -> list[Post]:
    """The posts of the present round, and those of earlier ones that are still live."""
    return [post for post in case.posts if post.round == case.round or is_live(post)]


# --- Who, and places and codes (docs/rules.md#transitions) -------------------------------------

ROLES: dict[Action, tuple[Role, ...]] = {
    "MARK_JOINED": ("STAFF",),
    "APPLY": ("INFLUENCER",),
    "SELECT_ACCOUNT": ("INFLUENCER",),
    "CONNECT_ACCOUNT": ("INFLUENCER", "SYSTEM"),
    "SELECT_SOCIAL_MEDIA": ("STAFF", "INFLUENCER"),
    "SET_APPLIED": ("STAFF", "ADVERTISER"),
    "SET_REVIEWING": ("STAFF", "ADVERTISER"),
    "APPROVE": ("STAFF", "ADVERTISER"),
    "REJECT": ("STAFF", "ADVERTISER"),
    "REOPEN": ("STAFF",),
    "REMOVE": ("STAFF",),
    "WITHDRAW": ("INFLUENCER",),
    "SET_AVAILABILITY": ("STAFF",),
    "SUBMIT_POST": ("INFLUENCER",),
    "SET_POST_STATUS": ("STAFF",),
    "RECORD_POST": ("SERVICE",),
    "RECORD_FINDING": ("SERVICE",),
    "ERASE": ("SYSTEM",),
}


def is_forbidden(action: Action, role: Role) -> bool:
    """Return whether the role may never do it: a top-level FORBIDDEN, before all else."""
    return role not in ROLES[action]


def lacks(case: Case) -> list[str]:
    """Return what is used up of that which entering APPROVED or JOINED takes."""
    codes: list[str] = []
    if case.places_left is not None and case.places_left <= 0:
        codes.append("CAPACITY_REACHED")
    if needs_code(case) and case.codes_left <= 0:
        codes.append("CODES_EXHAUSTED")
    return codes


def needs_code(case: Case) -> bool:
    return case.kind == "REFERRAL_CODE" and not case.has_code


def enter(case: Case, status: Status, selected: Account | None) -> Answer:
    """Return the answer of a move whose only remaining questions are places and codes."""
    after = changed(case._replace(status=status, selected=selected))
    holds_already = case.status in ("APPROVED", "JOINED")
    if status not in ("APPROVED", "JOINED") or holds_already:
        return after
    lacking = lacks(case)
    if lacking:
        return refused(lacking[0])
    return after._replace(takes_code=needs_code(case))


def next_round(case: Case, origin: Origin) -> Case:
    """The row that somebody without one, or with a removed one, starts with."""
    started = 1 if case.status is None else case.round + 1
    return case._replace(
        status=None, origin=origin, round=started, selected=None, selected_platforms=()
    )


def nobody_takes_part(case: Case) -> bool:
    return case.status in (None, "REMOVED")


# --- Staff -------------------------------------------------------------------------------------


def mark_joined(case: Case) -> Answer:
    if case.status in ("WAITING", "APPROVED", "JOINED"):
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    if case.status in ("APPLIED", "REVIEWING", "REJECTED"):
        return refused("DECIDED_ON_APPLICANT_TAB")
    if not is_visible(case):
        return refused("INFLUENCER_UNAVAILABLE")
    start = next_round(case, "FORCED")
    joined: Status = "APPROVED" if case.selection else "JOINED"
    if is_untracked_affiliate(case):
        return enter(start, joined, None)
    accounts = qualifying(case)
    if len(accounts) == 1:
        return enter(start, joined, accounts[0])
    return enter(start, "WAITING", None)


DECISIONS: dict[Action, Status] = {
    "SET_APPLIED": "APPLIED",
    "SET_REVIEWING": "REVIEWING",
    "APPROVE": "APPROVED",
    "REJECT": "REJECTED",
}


def set_applicant_status(
    case: Case,
    target: Status,
    *,
    if_status: Collection[Status] = (),
    if_version: int | None = None,
) -> Answer:
    if not case.is_callers:
        return refused("NOT_FOUND")
    if case.status == target:
        return UNCHANGED
    if if_version is not None and if_version != case.version:
        return refused("STALE_VERSION")
    if if_status and not is_one_of(case.status, if_status):
        return refused("STALE_STATUS")
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    if not case.selection:
        return refused("NOT_A_SELECTION_CAMPAIGN")
    if case.status in ("APPROVED", "REJECTED") and target in ("APPLIED", "REVIEWING"):
        return refused("TRANSITION_IRREVERSIBLE")
    if case.status not in ("APPLIED", "REVIEWING", "APPROVED", "REJECTED"):
        return refused("TRANSITION_NOT_ALLOWED")
    return enter(case, target, case.selected)


def is_one_of(status: Status | None, statuses: Collection[Status]) -> bool:
    return status is not None and status in statuses


def reopen(case: Case) -> Answer:
    if case.status == "APPLIED":
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    if not case.selection:
        return refused("NOT_A_SELECTION_CAMPAIGN")
    if case.status != "REJECTED":
        return refused("TRANSITION_NOT_ALLOWED")
    return changed(case._replace(status="APPLIED", round=case.round + 1))


def remove(case: Case, *, has_reason: bool = True, if_status: Collection[Status] = ()) -> Answer:
    if not has_reason:
        return refused("REASON_REQUIRED")
    if case.status == "REMOVED":
        return UNCHANGED
    if if_status and not is_one_of(case.status, if_status):
        return refused("STALE_STATUS")
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    put_in = case.status == "JOINED" or (case.status == "APPROVED" and case.origin == "FORCED")
    if case.status == "WAITING" or (put_in and not has_live_post(case)):
        return changed(case._replace(status="REMOVED"))
    return refused("TRANSITION_NOT_ALLOWED")


def set_availability(case: Case, availability: Availability | None) -> Answer:
    if case.override == availability:
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    shows_while_waiting = case.status == "WAITING" and availability != "UNAVAILABLE"
    if nobody_takes_part(case) or shows_while_waiting:
        return changed(case)  # the override is stored, and nobody moves
    return refused("TRANSITION_NOT_ALLOWED")


# --- Staff and influencers ---------------------------------------------------------------------


def select_social_media(case: Case, platforms: tuple[str, ...]) -> Answer:
    if not platforms:
        return refused("INVALID_INPUT")
    if not case.is_callers:
        return refused("NOT_FOUND")
    takes_part = is_untracked_affiliate(case) and case.status in ("APPROVED", "JOINED")
    if takes_part and set(platforms) == set(case.selected_platforms):
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    if not takes_part:
        return refused("TRANSITION_NOT_ALLOWED")
    if not set(platforms) <= set(case.platforms):
        return refused("PLATFORM_NOT_RELEVANT")
    return changed(case._replace(selected_platforms=platforms))


# --- Influencers -------------------------------------------------------------------------------


def apply(case: Case, account: Account | None = None) -> Answer:
    """`account` is None where none is given, and not among the case's where it is another's."""
    if nobody_takes_part(case) and not is_visible(case):
        return refused("NOT_FOUND")
    if is_untracked_affiliate(case) and account is not None:
        return refused("INVALID_INPUT")
    if account is not None and account not in case.accounts:
        return refused("NOT_FOUND")
    takes_part = case.status in ("APPLIED", "REVIEWING", "APPROVED", "JOINED")
    if takes_part and (account is None or is_selected_and_connected(case, account)):
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    if takes_part or case.status == "REJECTED":
        return refused("TRANSITION_NOT_ALLOWED")
    if case.deadline_passed:
        return refused("DEADLINE_PASSED")
    if case.status == "WAITING":
        return refused("ACCOUNT_REQUIRED")
    return apply_with(case, account)


def apply_with(case: Case, account: Account | None) -> Answer:
    start = next_round(case, "SELF")
    applied: Status = "APPLIED" if case.selection else "JOINED"
    if is_untracked_affiliate(case):
        return enter(start, applied, None)
    if account is None and len(qualifying(case)) != 1:
        return refused("ACCOUNT_REQUIRED")
    chosen = account or qualifying(case)[0]
    return account_refusal(case, chosen) or enter(start, applied, chosen)


def is_selected_and_connected(case: Case, account: Account) -> bool:
    return account == case.selected and account.connected


def account_refusal(case: Case, account: Account) -> Answer | None:
    if not is_relevant(case, account):
        return refused("ACCOUNT_NOT_RELEVANT")
    if not qualifies(case, account):
        return refused("ACCOUNT_NOT_QUALIFYING")
    return None


def select_account(case: Case, account: Account) -> Answer:
    if not case.is_callers or account not in case.accounts:
        return refused("NOT_FOUND")
    if is_selected_and_connected(case, account):
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    if case.status != "WAITING" and not must_replace_account(case):
        return refused("TRANSITION_NOT_ALLOWED")
    return account_refusal(case, account) or take_account(case, account)


def must_replace_account(case: Case) -> bool:
    """Return whether they take part with an account that is disconnected by now."""
    takes_part = case.status in ("APPLIED", "REVIEWING", "APPROVED", "JOINED")
    return takes_part and case.selected is not None and not case.selected.connected


def take_account(case: Case, account: Account) -> Answer:
    if case.status == "WAITING":
        return enter(case, "APPLIED" if case.selection else "JOINED", account)
    return changed(case._replace(selected=account))


def connect_account(case: Case, connected: tuple[Account, ...]) -> Answer:
    """Return what connecting these, new or back again, makes of the participation.

    The case is as it was before. UNCHANGED is said of the participation: the accounts are connected
    whatever becomes of it.
    """
    others = tuple(old for old in case.accounts if old.name not in {new.name for new in connected})
    after = case._replace(accounts=others + connected)
    now = qualifying(after)
    is_moved = not qualifying(case) and len(now) == 1 and now[0] in connected
    if case.status != "WAITING" or not is_running(case) or not is_moved:
        return UNCHANGED
    answer = take_account(after, now[0])
    return UNCHANGED if answer.outcome == "REFUSED" else answer


def withdraw(case: Case) -> Answer:
    if not case.is_callers:
        return refused("NOT_FOUND")
    if case.status == "REMOVED":
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    undecided = case.status in ("WAITING", "APPLIED", "REVIEWING")
    if undecided or (case.status == "JOINED" and not has_live_post(case)):
        return changed(case._replace(status="REMOVED"))
    return refused("TRANSITION_NOT_ALLOWED")


def submit_post(case: Case, url: Url) -> Answer:
    """CHANGED: the status is the same, and there is a post in SUBMITTED of the present round."""
    if url.platform is None:
        return refused("INVALID_INPUT")
    if not case.room_for_post and not holds(case.posts, url):
        return refused("TOO_MANY_ITEMS")
    if not case.is_callers:
        return refused("NOT_FOUND")
    if holds(case.posts, url):
        return UNCHANGED
    if not is_running(case):
        return refused("CAMPAIGN_CLOSED")
    if not case.post_tracking or case.status not in ("APPROVED", "JOINED"):
        return refused("TRANSITION_NOT_ALLOWED")
    if url.platform not in case.platforms:
        return refused("PLATFORM_NOT_RELEVANT")
    if holds(case.others_posts, url):
        return refused("URL_IN_USE")
    return changed(case)


def holds(posts: Iterable[Post], url: Url) -> bool:
    return any(post.url == url and is_live(post) for post in posts)


# --- Services (docs/rules.md#services) ---------------------------------------------------------


def record_post(case: Case, url: Url) -> Answer:
    """Of one participation: as if its creator submitted it."""
    return submit_post(case, url)


def record_post_by_account(cases: Iterable[Case], account: Account, url: Url) -> Answer:
    """Of one account, in the cases of its owner, oldest campaign first."""
    if url.platform is None:
        return refused("INVALID_INPUT")
    answers = [record_post(case, url) for case in cases if takes_part_with(case, account)]
    if not answers:
        return refused("NOT_FOUND")
    for answer in answers:
        if answer.outcome == "CHANGED":
            return answer
    return next((answer for answer in answers if answer.outcome == "REFUSED"), UNCHANGED)


def takes_part_with(case: Case, account: Account) -> bool:
    is_in = is_running(case) and case.status in ("APPROVED", "JOINED")
    return is_in and case.post_tracking and case.selected == account


# --- The system --------------------------------------------------------------------------------


def erase(case: Case) -> Answer:
    """Return what becomes of the participation of somebody who is erased."""
    if case.status in ("WAITING", "APPLIED", "REVIEWING"):
        return changed(case._replace(status="REMOVED"))
    return UNCHANGED


# --- What staff decided, and what services found (docs/rules.md#status-of-posts) ---------------


class Standing(NamedTuple):
    """The status of a post, with its warning and reason."""

    status: PostStatus = "SUBMITTED"
    warning: Warned | None = None
    reason: str | None = None


class Observation(NamedTuple):
    """A finding of a service on a post, or its end; moments are numbers."""

    finding: Finding
    observed_at: float
    over: bool = False


class PostCase(NamedTuple):
    """A post, and all that was decided and found of it.

    `is_held_by_another`: another live post of the campaign has its address. `standing` is what is
    shown, which is not what follows from the rest where the address was lost to another.
    """

    campaign_status: CampaignStatus = "ONGOING"
    is_callers: bool = True
    is_held_by_another: bool = False
    standing: Standing = Standing()
    decided: Standing = Standing()
    decided_at: float = float("-inf")
    observations: frozenset[Observation] = frozenset()


class PostAnswer(NamedTuple):
    """The outcome, and the post as it is then."""

    outcome: Literal["CHANGED", "UNCHANGED", "REFUSED"]
    post: PostCase
    code: str | None = None


FINAL = ("APPROVED", "INEFFECTIVE")
FINDINGS: tuple[Finding, ...] = ("AD_FRAUD", "DELETED_POST", "INVALID_TOKEN")


def set_post_status(
    post: PostCase,
    status: PostStatus,
    *,
    warning: Warned | None = None,
    reason: str | None = None,
    now: float = 0,
) -> PostAnswer:
    code = post_decision_refusal(post, status, warning, reason)
    target = Standing(status, warning, reason)
    if code in ("INVALID_INPUT", "REASON_REQUIRED", "NOT_FOUND"):
        return PostAnswer("REFUSED", post, code)
    if post.standing == target:
        return PostAnswer("UNCHANGED", post)
    if code is not None:
        return PostAnswer("REFUSED", post, code)
    return PostAnswer("CHANGED", post._replace(standing=target, decided=target, decided_at=now))


def post_decision_refusal(
    post: PostCase, status: PostStatus, warning: Warned | None, reason: str | None
) -> str | None:
    if (status == "WARNING") != (warning is not None):
        return "INVALID_INPUT"
    if status in ("WARNING", "INEFFECTIVE") and not reason:
        return "REASON_REQUIRED"
    if not post.is_callers:
        return "NOT_FOUND"
    if post.campaign_status not in ("UPCOMING", "ONGOING", "COMPLETED"):
        return "CAMPAIGN_CLOSED"
    if post.standing.status in FINAL:
        return "TRANSITION_IRREVERSIBLE"
    if would_take_lost_address(post, Standing(status, warning)):
        return "URL_IN_USE"
    return None


def would_take_lost_address(post: PostCase, target: Standing) -> bool:
    return post.is_held_by_another and is_live(shown(target)) and not is_live(shown(post.standing))


def shown(standing: Standing) -> Post:
    return Post(Url("INSTAGRAM"), standing.status, standing.warning)


def record_finding(post: PostCase, observation: Observation, *, now: float = 0) -> PostAnswer:
    """`now` is in minutes."""
    if observation.observed_at > now + 5:
        return PostAnswer("REFUSED", post, "INVALID_INPUT")
    kept = post._replace(observations=post.observations | {observation})
    target = standing_that_follows(kept)
    is_final = post.standing.status in FINAL
    if is_final or target == post.standing or would_take_lost_address(post, target):
        return PostAnswer("UNCHANGED", kept)
    if post.campaign_status not in ("UPCOMING", "ONGOING", "COMPLETED"):
        return PostAnswer("REFUSED", post, "CAMPAIGN_CLOSED")
    return PostAnswer("CHANGED", kept._replace(standing=target))


def standing_that_follows(post: PostCase) -> Standing:
    """Return what staff set last, unless a finding that was observed after that holds."""
    best: tuple[float, Finding] | None = None
    for finding in FINDINGS:
        since = holds_since(post.observations, finding)
        if since is None or since <= post.decided_at:
            continue
        if best is None or since > best[0]:
            best = (since, finding)
    return post.decided if best is None else Standing("WARNING", best[1])


def holds_since(observations: Iterable[Observation], finding: Finding) -> float | None:
    """The moment of the last observation of this kind; None where it is over, or there is none."""
    of_kind = [seen for seen in observations if seen.finding == finding]
    if not of_kind:
        return None
    last = max(seen.observed_at for seen in of_kind)
    is_over = any(seen.over for seen in of_kind if seen.observed_at == last)
    return None if is_over else last


# --- What may be done now, what is in the way (docs/rules.md#available-actions) ----------------


def available_actions(case: Case, role: Role) -> set[Action]:
    """The actions on the participation for which some input would change something now."""
    return {
        action
        for action, roles in ROLES.items()
        if role in roles and case.is_callers and is_available(case, action)
    }


def is_available(case: Case, action: Action) -> bool:
    if action == "CONNECT_ACCOUNT":
        needed = required_action(case)
        return needed is not None and needed.type == "CONNECT_ACCOUNT" and case.room_for_account
    if action in ("SET_POST_STATUS", "RECORD_FINDING"):
        return any(action in post_actions(of_post(case, post), role) for post in case.posts
                   for role in ROLES[action])  # fmt: skip
    return any(answer.outcome == "CHANGED" for answer in answers_to_every_input(case, action))


def of_post(case: Case, post: Post) -> PostCase:
    standing = Standing(post.status, post.warning)
    is_lost = holds(case.others_posts, post.url)
    return PostCase(case.campaign_status, case.is_callers, is_lost, standing, standing)


def answers_to_every_input(case: Case, action: Action) -> list[Answer]:
    if action in DECISIONS:
        return [] if case.status is None else [set_applicant_status(case, DECISIONS[action])]
    if action == "SET_AVAILABILITY":
        return [set_availability(case, "AVAILABLE"), set_availability(case, "UNAVAILABLE"),
                set_availability(case, None)]  # fmt: skip
    if action == "MARK_JOINED":
        return [mark_joined(case)]
    if action == "APPLY":
        return [apply(case), *(apply(case, account) for account in case.accounts)]
    return [] if case.status is None else answers_to_every_input_on_a_row(case, action)


def answers_to_every_input_on_a_row(case: Case, action: Action) -> list[Answer]:
    new_post = Url(case.platforms[0], "never submitted")
    if action == "SELECT_ACCOUNT":
        return [select_account(case, account) for account in case.accounts]
    if action == "SELECT_SOCIAL_MEDIA":
        choices = [*((platform,) for platform in case.platforms), case.platforms]
        return [select_social_media(case, choice) for choice in choices]
    if action in ("SUBMIT_POST", "RECORD_POST"):
        return [submit_post(case, new_post)]
    if action == "REOPEN":
        return [reopen(case)]
    if action == "REMOVE":
        return [remove(case)]
    if action == "WITHDRAW":
        return [withdraw(case)]
    return []  # ERASE is done by nobody who looks


def post_actions(post: PostCase, role: Role) -> set[Action]:
    """The actions on one post; a JOINED row of the Posts tab has none."""
    if role == "STAFF" and any_changes(set_post_status(post, "INEFFECTIVE", reason="any")):
        return {"SET_POST_STATUS"}
    if role == "SERVICE" and any_changes(*answers_to_every_finding(post)):
        return {"RECORD_FINDING"}
    return set()


def any_changes(*answers: PostAnswer) -> bool:
    return any(answer.outcome == "CHANGED" for answer in answers)


def answers_to_every_finding(post: PostCase) -> list[PostAnswer]:
    """Of a moment after all that is known."""
    now = max((0, post.decided_at, *(seen.observed_at for seen in post.observations))) + 1
    return [
        record_finding(post, Observation(finding, now, over), now=now)
        for finding in FINDINGS
        for over in (False, True)
    ]


OBSTACLES = (
    "TOO_MANY_ITEMS",
    "CAMPAIGN_CLOSED",
    "DEADLINE_PASSED",
    "ACCOUNT_REQUIRED",
    "CAPACITY_REACHED",
    "CODES_EXHAUSTED",
)


def viewer_blockers(case: Case) -> list[str]:
    """Return the refusals of the influencer's actions that would be open without them.

    A code is one where its action stays closed although all others are out of the way.
    """
    closed = openable(lifted(case, OBSTACLES)) - openable(case)
    if nobody_takes_part(case) and not is_visible(case):
        closed -= {"APPLY"}  # the campaign does not exist for them
    return [
        code
        for code in OBSTACLES
        if closed - openable(lifted(case, [other for other in OBSTACLES if other != code]))
        or (code == "TOO_MANY_ITEMS" and lacks_room_for_account(case))
    ]


def openable(case: Case) -> set[Action]:
    return available_actions(case, "INFLUENCER")


def lacks_room_for_account(case: Case) -> bool:
    """Return whether an account is needed that cannot be connected."""
    needed = required_action(lifted(case, ["CAMPAIGN_CLOSED"]))
    is_connecting = needed is not None and needed.type == "CONNECT_ACCOUNT"
    return is_connecting and not case.room_for_account


def lifted(case: Case, codes: Iterable[str]) -> Case:
    """The case without these obstacles."""
    for code in codes:
        if code == "TOO_MANY_ITEMS":
            case = case._replace(room_for_account=True, room_for_post=True)
        if code == "CAMPAIGN_CLOSED" and not is_running(case):
            case = case._replace(campaign_status="ONGOING")
        if code == "DEADLINE_PASSED":
            case = case._replace(deadline_passed=False)
        if code == "ACCOUNT_REQUIRED":
            fitting = Account(case.platforms[0], name="the account required")
            case = case._replace(accounts=(*case.accounts, fitting))
        if code == "CAPACITY_REACHED":
            case = case._replace(places_left=None)
        if code == "CODES_EXHAUSTED":
            case = case._replace(codes_left=1)
    return case


class RequiredAction(NamedTuple):
    """What the creator must do next."""

    type: Literal["CONNECT_ACCOUNT", "SELECT_ACCOUNT", "SELECT_SOCIAL_MEDIA", "SUBMIT_POST"]
    platforms: tuple[str, ...]
    accounts: tuple[Account, ...]
    blocked_by: list[str]


def required_action(case: Case) -> RequiredAction | None:
    if not is_running(case):
        return None
    if case.status == "WAITING" or must_replace_account(case):
        return required_account(case)
    if case.status not in ("APPROVED", "JOINED"):
        return None
    if is_untracked_affiliate(case):
        return required_platforms(case)
    good = any(post.status in ("SUBMITTED", "EFFECTIVE", "APPROVED") for post in case.posts)
    if case.post_tracking and not good:
        blocked_by = [] if case.room_for_post else ["TOO_MANY_ITEMS"]
        return RequiredAction("SUBMIT_POST", case.platforms, (), blocked_by)
    return None


def required_account(case: Case) -> RequiredAction:
    takes_place = case.status == "WAITING" and not case.selection
    lacking = lacks(case) if takes_place else []
    accounts = tuple(qualifying(case))
    if accounts:
        return RequiredAction("SELECT_ACCOUNT", case.platforms, accounts, lacking)
    return RequiredAction("CONNECT_ACCOUNT", case.platforms, (), no_room(case) + lacking)


def no_room(case: Case) -> list[str]:
    return [] if case.room_for_account else ["TOO_MANY_ITEMS"]


def required_platforms(case: Case) -> RequiredAction | None:
    if not case.selected_platforms:
        return RequiredAction("SELECT_SOCIAL_MEDIA", case.platforms, (), [])
    connected = {account.platform for account in case.accounts if account.connected}
    missing = tuple(each for each in case.selected_platforms if each not in connected)
    return RequiredAction("CONNECT_ACCOUNT", missing, (), no_room(case)) if missing else None


# --- The tabs and My Job (docs/rules.md#screens) -----------------------------------------------


def candidate_status(case: Case) -> str:
    """On the Select influencer tab."""
    if case.status is None or case.status == "REMOVED":
        return "AVAILABLE" if is_visible(case) else "UNAVAILABLE"
    shown_as = {"REVIEWING": "APPLIED", "APPROVED": "JOINED"}
    return shown_as.get(case.status, case.status)


def participations_candidate_status(case: Case, role: Role) -> str | None:
    """`Participation.candidateStatus`: of a removed one, staff's alone."""
    if case.status == "REMOVED" and role != "STAFF":
        return None
    return candidate_status(case)


def applicant_status(case: Case) -> str | None:
    """On the Applicant influencers tab; None: not there."""
    if case.selection and case.status in ("APPLIED", "REVIEWING", "APPROVED", "REJECTED"):
        return case.status
    return None


def posts_tab_rows(case: Case) -> list[str]:
    """The statuses of their rows on the Posts tab."""
    if case.status not in ("APPROVED", "JOINED"):
        return []
    rows: list[str] = [post.status for post in case.posts]
    return rows if posts_that_count(case) else [*rows, "JOINED"]


def job_section(case: Case) -> str | None:
    """Of My Job; None: in no section."""
    if case.status in (None, "REMOVED"):
        return None
    if is_running(case):
        return running_section(case)
    is_done = case.campaign_status == "COMPLETED" and case.status in ("APPROVED", "JOINED")
    return "COMPLETED" if is_done else "CLOSED"


def running_section(case: Case) -> str:
    if case.status in ("WAITING", "APPROVED", "JOINED"):
        return "IN_PROGRESS"
    if case.status == "REJECTED":
        return "CLOSED"
    return "IN_PROGRESS" if case.origin == "FORCED" else "APPLIED"
