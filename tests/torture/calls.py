"""The calls that callers make, drawn at random; what is asked depends on nothing but the draw."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from tests.torture.cast import Cast
from tests.torture.rules import APPLICANT_GOALS, Ask, Campaign, Post

MANY = 4
"""Items of a bulk call, at most."""


class Item(NamedTuple):
    """What one item of a call is about."""

    campaign: int
    person: int
    url: str | None = None
    "Of the post."


class Call(NamedTuple):
    """One request: an action on some items, or a read."""

    action: str
    caller: str
    "STAFF, else the name of an advertiser, else the number of a person."
    items: tuple[Item, ...] = ()
    account: str | None = None
    platforms: frozenset[str] = frozenset()
    availability: str | None = None
    post: Post | None = None
    "What posts are set to; its URL means nothing."
    if_status: tuple[str, ...] = ()
    if_version: int | None = None
    capacity: int | None = None
    is_dry: bool = False

    @property
    def is_read(self) -> bool:
        """Whether it only reads."""
        return self.action in READS

    def ask(self, item: Item) -> Ask:
        """What the call asks for one of its items."""
        return Ask(
            self.action,
            item.person,
            self.caller,
            account=self.account,
            platforms=self.platforms,
            availability=self.availability,
            url=item.url,
            post=self.post and self.post._replace(url=item.url or ""),
            if_status=self.if_status,
            if_version=self.if_version,
        )


READS = ("READ_TAB", "READ_APPLICANTS", "READ_HISTORY", "READ_OWN")
SETTINGS = ("SET_CAPACITY", "COMPLETE")
"""What staff do to a campaign itself."""
ACCOUNTS = ("CONNECT_ACCOUNT", "DISCONNECT_ACCOUNT")
SHARED_URLS = tuple(f"https://www.instagram.com/p/shared{number}/" for number in range(3))


class Known:
    """What callers have learnt from answers: which participations and posts there are."""

    def __init__(self) -> None:
        self.participations: dict[tuple[int, int], str] = {}
        "Their ids, by campaign and person."
        self.posts: dict[Item, str] = {}
        "Their ids."


class Draw:
    """Draws calls on a cast. What is not known yet cannot be asked about."""

    def __init__(self, random: Random, cast: Cast, known: Known) -> None:
        self.random = random
        self._cast = cast
        self._known = known

    def by_staff(self) -> Call:
        """A call by staff."""
        return self._of(
            (5, self._mark_joined),
            (8, lambda: self._decide("STAFF")),
            (2, self._reopen),
            (5, self._remove),
            (2, self._set_availability),
            (2, self._set_post_status),
            (1, lambda: self._select_social_media(None)),
            (3, lambda: self._read("READ_TAB", "STAFF")),
            (3, self._read_history),
        )

    def by_advertiser(self, name: str) -> Call:
        """A call by an advertiser, now and then about someone else's campaign."""
        return self._of(
            (5, lambda: self._decide(name)), (2, lambda: self._read("READ_APPLICANTS", name))
        )

    def by_person(self, number: int) -> Call:
        """A call by an influencer."""
        return self._of(
            (5, lambda: self._apply(number)),
            (3, lambda: self._select_account(number)),
            (3, lambda: self._withdraw(number)),
            (2, lambda: self._submit_post(number)),
            (1, lambda: self._select_social_media(number)),
            (2, lambda: self._read("READ_OWN", str(number))),
        )

    def of_account(self, number: int, connected: frozenset[str]) -> Call:
        """An influencer connects or disconnects one of their accounts."""
        person = self._cast.people[number]
        account = self.random.choice(person.accounts).name
        action = ACCOUNTS[account in connected]
        if self.random.random() < 0.1:  # so it is already
            action = ACCOUNTS[account not in connected]
        everywhere = tuple(Item(one, number) for one in range(len(self._cast.campaigns)))
        return Call(action, str(number), everywhere, account=account)

    def of_setting(self) -> Call:
        """Staff change a campaign's capacity."""
        capacity = self.random.choice((1, 2, 2, 3, 3, 4, 5, None))
        return Call("SET_CAPACITY", "STAFF", (Item(self._campaign(), 0),), capacity=capacity)

    def _of(self, *choices: tuple[int, Callable[[], Call | None]]) -> Call:
        weights = [weight for weight, _ in choices]
        [(_, choice)] = self.random.choices(choices, weights)
        # Where nothing is known of what it needs, people must be marked first.
        call = choice() or self._mark_joined()
        dry = not call.is_read and self.random.random() < 0.08
        return call._replace(is_dry=dry)

    def _campaign(self) -> int:
        return self.random.randrange(len(self._cast.campaigns))

    def _people(self) -> list[int]:
        count = self.random.randint(1, MANY)
        return self.random.sample(range(len(self._cast.people)), count)

    def _mark_joined(self) -> Call:
        campaign = self._campaign()
        items = tuple(Item(campaign, person) for person in self._people())
        return Call("MARK_JOINED", "STAFF", items)

    def _set_availability(self) -> Call:
        campaign = self._campaign()
        items = tuple(Item(campaign, person) for person in self._people())
        availability = self.random.choice(("AVAILABLE", "AVAILABLE", "UNAVAILABLE", None, None))
        return Call("SET_AVAILABILITY", "STAFF", items, availability=availability)

    def _participations(self, suits: Callable[[Campaign], bool]) -> tuple[Item, ...]:
        """Some that are known, in such campaigns most of all."""
        known = sorted(self._known.participations)
        apt = [pair for pair in known if suits(self._cast.campaigns[pair[0]])]
        pool = apt if apt and self.random.random() < 0.9 else known
        chosen = self.random.sample(pool, min(len(pool), self.random.randint(1, MANY)))
        return tuple(Item(*pair) for pair in chosen)

    def _decide(self, caller: str) -> Call | None:
        items = self._participations(lambda campaign: campaign.is_selection)
        action = self.random.choice(tuple(APPLICANT_GOALS))
        call = Call(action, caller, items)
        if self.random.random() < 0.2:
            goals = tuple(APPLICANT_GOALS.values())
            call = call._replace(if_status=tuple(self.random.sample(goals, 2)))
        elif len(items) == 1 and self.random.random() < 0.3:
            call = call._replace(if_version=self.random.randint(1, 8))
        return call if items else None

    def _reopen(self) -> Call | None:
        items = self._participations(lambda campaign: campaign.is_selection)
        return Call("REOPEN", "STAFF", items) if items else None

    def _remove(self) -> Call | None:
        items = self._participations(lambda _: True)
        given = ("WAITING",) if self.random.random() < 0.2 else ()
        return Call("REMOVE", "STAFF", items, if_status=given) if items else None

    def _set_post_status(self) -> Call | None:
        known = sorted(self._known.posts)
        items = self.random.sample(known, min(len(known), self.random.randint(1, MANY)))
        kinds = [
            Post("", "EFFECTIVE"),
            Post("", "WARNING", "INVALID_CONTENT", "as seen"),
            Post("", "WARNING", "DELETED_POST", "as seen"),
            Post("", "INEFFECTIVE", None, "as seen"),
            Post("", "INEFFECTIVE", None, "as seen"),
            Post("", "APPROVED"),
        ]
        post = self.random.choices(kinds, (4, 4, 4, 6, 6, 1))[0]
        return Call("SET_POST_STATUS", "STAFF", tuple(items), post=post) if items else None

    def _select_social_media(self, person: int | None) -> Call | None:
        [item, *_] = self._own(person) or self._untracked() or (None,)
        names = ("INSTAGRAM", "TIKTOK", "YOUTUBE")
        platforms = frozenset(self.random.sample(names, self.random.choice((1, 1, 2))))
        caller = "STAFF" if person is None else str(person)
        return item and Call("SELECT_SOCIAL_MEDIA", caller, (item,), platforms=platforms)

    def _untracked(self) -> tuple[Item, ...]:
        return self._participations(lambda campaign: campaign.needs_no_account)

    def _apply(self, person: int) -> Call:
        account = None if self.random.random() < 0.6 else self._account(person)
        return Call("APPLY", str(person), (Item(self._campaign(), person),), account=account)

    def _select_account(self, person: int) -> Call | None:
        items = self._own(person)
        account = self._account(person)
        return Call("SELECT_ACCOUNT", str(person), items, account=account) if items else None

    def _withdraw(self, person: int) -> Call | None:
        items = self._own(person)
        return Call("WITHDRAW", str(person), items) if items else None

    def _submit_post(self, person: int) -> Call | None:
        items = self._own(person)
        if not items:
            return None
        own = f"https://www.instagram.com/p/{person}x{self.random.randrange(10_000)}/"
        url = self.random.choice((own, *SHARED_URLS))
        return Call("SUBMIT_POST", str(person), (items[0]._replace(url=url),))

    def _account(self, person: int) -> str:
        """One of their own accounts; now and then someone else's."""
        owner = person if self.random.random() < 0.95 else 0
        return self.random.choice(self._cast.people[owner].accounts).name

    def _own(self, person: int | None) -> tuple[Item, ...]:
        """One participation of theirs; now and then someone else's."""
        if person is None:
            return ()
        known = sorted(self._known.participations)
        own = [pair for pair in known if pair[1] == person]
        pool = own if own and self.random.random() < 0.95 else known
        return (Item(*self.random.choice(pool)),) if pool else ()

    def _read(self, kind: str, caller: str) -> Call:
        return Call(kind, caller, (Item(self._campaign(), int(caller) if caller.isdigit() else 0),))

    def _read_history(self) -> Call | None:
        known: Sequence[tuple[int, int]] = sorted(self._known.participations)
        if not known:
            return None
        return Call("READ_HISTORY", "STAFF", (Item(*self.random.choice(known)),))
