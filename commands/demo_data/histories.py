"""Made-up histories that the rules allow: every step is one that the workflow itself decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from workflow.available_actions import available_actions
from workflow.decisions import Decision, decide, decide_post
from workflow.enums import (
    Action,
    CampaignStatus,
    ErrorCode,
    Finding,
    Outcome,
    ParticipationOrigin,
    ParticipationStatus,
    Platform,
    PostDecision,
    PostSource,
    PostStatus,
    PostWarning,
    Role,
    Rule,
    platforms_of,
)
from workflow.facts import (
    AccountRow,
    CampaignRow,
    InfluencerRow,
    ParticipationRow,
    PostRow,
    build_facts,
)
from workflow.findings import Decided, Observation, state_after
from workflow.receipts import StoredReceipt, make_post_receipt, make_receipt
from workflow.table import SUBMITTING, Command, Facts, PostFacts, PostState

_STEPS = {
    # What happens next, how often, by whom. The actor's name is the demo's.
    (Role.STAFF, Action.MARK_JOINED): 40,
    (Role.INFLUENCER, Action.APPLY): 40,
    (Role.INFLUENCER, Action.SELECT_ACCOUNT): 20,
    (Role.INFLUENCER, Action.SELECT_SOCIAL_MEDIA): 30,
    (Role.ADVERTISER, Action.SET_REVIEWING): 20,
    (Role.STAFF, Action.SET_APPLIED): 3,
    (Role.STAFF, Action.APPROVE): 18,
    (Role.ADVERTISER, Action.APPROVE): 18,
    (Role.STAFF, Action.REJECT): 8,
    (Role.STAFF, Action.REOPEN): 8,
    (Role.STAFF, Action.REMOVE): 1,
    (Role.INFLUENCER, Action.WITHDRAW): 1,
    (Role.INFLUENCER, Action.SUBMIT_POST): 30,
    (Role.STAFF, Action.SET_POST_STATUS): 30,
}
_POSTING = (ParticipationStatus.APPROVED, ParticipationStatus.JOINED)
_CALM = 12
"""How often nothing more happens, in the same measure."""
ACTORS = {
    Role.STAFF: ("staff", "Mika Sato"),
    Role.ADVERTISER: ("advertiser", "Ren Aoki"),
    Role.SERVICE: ("post-tracker", "Post tracker"),
}
_SEEN_FIRST = 5
"""Of so many posts a service sees one before its creator submits it."""
_FOUND = 7
"""Of so many posts a service finds one to be at fault, which every other time is soon over."""
_LOOKS_AGAIN = timedelta(minutes=5)
_REASONS = {
    Action.REJECT: "The last posts do not fit the brand",
    Action.REOPEN: "The brand asked to look again",
    Action.REMOVE: "Marked by mistake",
    Action.MARK_JOINED: "Chosen together with the brand",
}
_MESSAGES = {
    Action.REJECT: "Thank you for applying. This time we chose others.",
    Action.APPROVE: "Welcome aboard!",
}
_HOSTS = {
    Platform.INSTAGRAM: "https://www.instagram.com/p/",
    Platform.TIKTOK: "https://www.tiktok.com/@demo/video/",
    Platform.YOUTUBE: "https://www.youtube.com/shorts/",
    Platform.X: "https://x.com/demo/status/",
    Platform.FACEBOOK: "https://www.facebook.com/demo/posts/",
    Platform.THREADS: "https://www.threads.net/@demo/post/",
    Platform.LINE: "https://timeline.line.me/post/",
}


_SUBMITTED = PostState(PostStatus.SUBMITTED)
_UNDECIDED = Decided(_SUBMITTED)


@dataclass(slots=True)
class PostData:
    """A post that is to be stored."""

    url: str
    source: PostSource
    round: int
    account: int | None
    submitted_at: datetime
    updated_at: datetime
    state: PostState = _SUBMITTED
    decided: Decided = _UNDECIDED
    findings: list[Observation] = field(default_factory=list[Observation])


@dataclass(slots=True)
class EventData:
    """An event that is to be stored; `post` is the place of its post among the history's."""

    action: Action
    from_status: ParticipationStatus | None
    to_status: ParticipationStatus | None
    round: int
    role: Role
    reason: str | None
    message: str | None
    at: datetime
    decision: StoredReceipt
    post: int | None = None


@dataclass(slots=True)
class History:
    """One influencer's part in one campaign, as it grows."""

    influencer: int
    profile: InfluencerRow
    accounts: Sequence[AccountRow]
    followers: int
    status: ParticipationStatus | None = None
    origin: ParticipationOrigin = ParticipationOrigin.FORCED
    round: int = 1
    version: int = 0
    selected_account: int | None = None
    selected_platforms: int = 0
    code_at: datetime | None = None
    "When a code was given."
    moved_at: datetime | None = None
    posts: list[PostData] = field(default_factory=list[PostData])
    events: list[EventData] = field(default_factory=list[EventData])

    def facts(self, campaign: CampaignRow, at: datetime) -> Facts:
        """Return the facts that decide the next step."""
        row = ParticipationRow(
            self.status or "",
            self.origin,
            self.version,
            self.selected_account,
            self.selected_platforms,
            None if self.code_at is None else 1,
        )
        return build_facts(
            campaign,
            self.profile,
            self.accounts,
            override=None,
            participation=row if self.status else None,
            posts=[PostRow(post.state.status, post.state.warning) for post in self.posts],
            now=at,
        )

    def move(self, command: Command, decision: Decision, at: datetime) -> None:
        """Change as was decided; `resolvers.pipeline.unit_of_work` does it to what is stored."""
        if self.status in (None, ParticipationStatus.REMOVED):
            forced = command.role is Role.STAFF
            self.origin = ParticipationOrigin.FORCED if forced else ParticipationOrigin.SELF
            self.selected_account, self.selected_platforms = None, 0
        if decision.account is not None:
            self.selected_account = decision.account
        if command.action is Action.SELECT_SOCIAL_MEDIA:
            self.selected_platforms = command.platforms
        if decision.gives_code:
            self.code_at = at
        self.round += decision.starts_round
        self.version += 1
        self.status, self.moved_at = decision.target, at


class _Step(NamedTuple):
    """Something that happens to a history."""

    action: Action
    role: Role
    at: datetime
    decision: StoredReceipt


class Stage:
    """A campaign on which histories happen; it knows how many places are taken."""

    def __init__(self, rng: Random, row: CampaignRow, begins: datetime, ends: datetime) -> None:
        self.rng = rng
        # What is completed or cancelled by now was open when its histories happened.
        self.row = row._replace(status=CampaignStatus.ONGOING.value)
        self.begins = begins
        self.ends = ends
        self._urls = 0

    def perform(self, history: History, steps: int) -> bool:
        """Let up to so many steps happen; return whether anything did."""
        at = self.begins + (self.ends - self.begins) * self.rng.random() * 0.7
        for _ in range(steps):
            at += timedelta(minutes=self.rng.randint(20, 3_000))
            if at >= self.ends or not self.step(history, at):
                break
        return history.status is not None

    def step(
        self, history: History, at: datetime, wanted: tuple[Role, Action] | None = None
    ) -> bool:
        """Take one more step: the wanted one, or one of those that are possible."""
        facts = history.facts(self.row, at)
        possible = [
            (role, action)
            for role in (Role.STAFF, Role.ADVERTISER, Role.INFLUENCER)
            for action in available_actions(facts, role)
            if (role, action) in _STEPS and wanted in (None, (role, action))
            # Someone rejected may have posts from before, which nobody looks at any more.
            if action is not Action.SET_POST_STATUS or history.status in _POSTING
        ]
        if not possible:
            return False
        weights = [_STEPS[step] for step in possible]
        if wanted is None and self.rng.random() < _CALM / (_CALM + sum(weights)):
            return False
        role, action = self.rng.choices(possible, weights)[0]
        if action is Action.SUBMIT_POST and self._urls % _SEEN_FIRST == 0:
            role, action = Role.SERVICE, Action.RECORD_POST
        if action is Action.SET_POST_STATUS:
            return self._decide_post(history, at)
        return self._act(history, facts, self._command(facts, role, action), at)

    def _command(self, facts: Facts, role: Role, action: Action) -> Command:
        account = None
        platforms = 0
        url_platform = None
        if action in (Action.APPLY, Action.SELECT_ACCOUNT) and facts.post_tracking:
            account = self.rng.choice(sorted(facts.qualifying))
        if action is Action.SELECT_SOCIAL_MEDIA:
            platforms = self.rng.choice(platforms_of(facts.campaign_platforms)).bit
        if action in SUBMITTING:
            url_platform = self.rng.choice(platforms_of(facts.campaign_platforms))
        return Command(
            action=action,
            role=role,
            account=account,
            platforms=platforms,
            url_platform=url_platform,
        )

    def _act(self, history: History, facts: Facts, command: Command, at: datetime) -> bool:
        decision = decide(facts, command)
        if decision.outcome is not Outcome.CHANGED:
            assert decision.error is not ErrorCode.TRANSITION_NOT_ALLOWED
            return False
        receipt = make_receipt(self.row, history.accounts, facts, command, decision)
        self.row = self.row._replace(
            places_taken=self.row.places_taken + decision.places,
            codes_given=self.row.codes_given + decision.gives_code,
        )
        before = history.status
        post = None
        if command.url_platform is None:
            history.move(command, decision, at)
        else:
            post = self._submit(history, command.role, command.url_platform, at)
        self._record(history, _Step(command.action, command.role, at, receipt), before, post)
        if post is not None and self._urls % _FOUND == 0:
            self._find(history, post, at + _LOOKS_AGAIN)
            if self._urls % (2 * _FOUND) == 0:
                self._find(history, post, at + 2 * _LOOKS_AGAIN, over=True)
        return True

    def _find(self, history: History, place: int, at: datetime, *, over: bool = False) -> None:
        """Let a service find a post to be at fault, or no longer: before anything else happens."""
        if at >= self.ends:
            return
        post = history.posts[place]
        facts = self._post_facts(post)
        post.findings.append(Observation(Finding.AD_FRAUD, at, at, over))
        post.state = state_after(post.decided, post.findings)
        post.updated_at = at
        receipt = self._post_receipt(history, at, Rule.RECORD_FINDING, facts, post.state)
        step = _Step(Action.RECORD_FINDING, Role.SERVICE, at, receipt)
        self._record(history, step, history.status, place)

    def _post_facts(self, post: PostData) -> PostFacts:
        return PostFacts(
            campaign_status=CampaignStatus.ONGOING,
            post_tracking=self.row.post_tracking,
            state=post.state,
            url_is_taken=False,  # everyone here has posts of their own
        )

    def _post_receipt(
        self, history: History, at: datetime, rule: Rule, post: PostFacts, after: PostState
    ) -> StoredReceipt:
        facts = history.facts(self.row, at)
        return make_post_receipt(self.row, history.accounts, facts, rule, post, after)

    def _submit(self, history: History, role: Role, platform: Platform, at: datetime) -> int:
        self._urls += 1
        number = self.rng.randrange(10**9, 10**10) * 1_000 + self._urls
        account = next(
            (a.id for a in history.accounts
             if a.id == history.selected_account and a.platform == platform.number),
            None,
        )  # fmt: skip
        url = f"{_HOSTS[platform]}{number}"
        source = PostSource.SERVICE if role is Role.SERVICE else PostSource.CREATOR
        history.posts.append(
            PostData(url, source, history.round, account, submitted_at=at, updated_at=at)
        )
        return len(history.posts) - 1

    def _decide_post(self, history: History, at: datetime) -> bool:
        open_posts = [
            place
            for place, post in enumerate(history.posts)
            if post.state.status not in (PostStatus.APPROVED, PostStatus.INEFFECTIVE)
        ]
        assert history.status is not None
        place = self.rng.choice(open_posts)
        post = history.posts[place]
        decision = self.rng.choices(tuple(PostDecision), (40, 20, 25, 10))[0]
        warned = decision is PostDecision.WARNING
        warning = self.rng.choice(tuple(PostWarning)) if warned else None
        reason = "Please look at it again" if warned else None
        if decision is PostDecision.INEFFECTIVE:
            reason = "The post is gone"
        facts = self._post_facts(post)
        result = decide_post(facts, Role.STAFF, decision, warning, reason)
        if result.outcome is not Outcome.CHANGED:
            return False
        receipt = self._post_receipt(history, at, Rule.SET_POST_STATUS, facts, result.state)
        post.state, post.decided, post.updated_at = result.state, Decided(result.state, at), at
        step = _Step(Action.SET_POST_STATUS, Role.STAFF, at, receipt)
        self._record(history, step, history.status, place, reason)
        return True

    def _record(
        self,
        history: History,
        step: _Step,
        before: ParticipationStatus | None,
        post: int | None,
        reason: str | None = None,
    ) -> None:
        spoken = step.role in (Role.STAFF, Role.ADVERTISER)
        history.events.append(
            EventData(
                action=step.action,
                from_status=before,
                to_status=history.status,
                round=history.round,
                role=step.role,
                reason=reason or (_REASONS.get(step.action) if spoken else None),
                message=_MESSAGES.get(step.action) if spoken else None,
                at=step.at,
                decision=step.decision,
                post=post,
            )
        )
