"""Callers at once over many connections: they send what is drawn, and note what they are told."""

import asyncio
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import orjson

from tests.tokens import token
from tests.torture.calls import ACCOUNTS, SETTINGS, Call, Draw, Item, Known
from tests.torture.cast import ADVERTISERS, Cast
from tests.torture.history import Record
from tests.torture.wire import field_of, learn, request_of

STAFF = 5
PATIENCE = 45.0
"Seconds for which a call is repeated that could not be sent, or may be sent again by its key."
PAUSE = 0.05


class BadAnswerError(Exception):
    """An answer that no server may give."""


@dataclass
class Callers:
    """All who call in a chapter, until so many of their calls are answered."""

    url: str
    cast: Cast
    seed: str
    actions: int
    records: list[Record] = field(default_factory=list[Record])
    answered: int = 0
    is_over: bool = False
    repeated: int = 0
    "Requests that were sent once more with their Idempotency-Key."
    known: Known = field(default_factory=Known)
    connected: list[frozenset[str]] = field(default_factory=list[frozenset[str]])
    "The connected accounts of each person, as they know themselves."
    unsure: set[Item] = field(default_factory=set[Item])
    "Where the answer to a change of accounts, or of a campaign, was lost: none is made any more."
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Begin with what the cast has."""
        self.connected = list(self.cast.connected)

    def everybody(self) -> list[str]:
        """All callers by name; of an influencer's two devices only one changes accounts."""
        people = [str(number) for number in range(len(self.cast.people))]
        owners = [f"{person} owner" for person in people]
        return ["manager", *["staff"] * STAFF, *ADVERTISERS, *people, *owners]

    async def act(self) -> None:
        """Let all of them act at once, each over a connection of their own."""
        async with self.connections() as http, asyncio.TaskGroup() as group:
            for number, name in enumerate(self.everybody()):
                random = Random(f"{self.seed} {number}")
                group.create_task(self._act(http, name, random))

    async def _act(self, http: httpx.AsyncClient, name: str, random: Random) -> None:
        draw = Draw(random, self.cast, self.known)
        while not self.is_over:
            await self.send(http, self.next_call(name, draw), with_key=random.random() < 0.7)

    def connections(self) -> httpx.AsyncClient:
        """A client of the server; who calls at the same time has connections of their own."""
        # Without certificates, which take longer to load than a chapter to act.
        return httpx.AsyncClient(base_url=self.url, timeout=PATIENCE, verify=False)

    def next_call(self, name: str, draw: Draw) -> Call:
        """What one of them does next."""
        who, *is_special = name.split()
        if who in ADVERTISERS:
            return draw.by_advertiser(who)
        if who.isdigit():
            number = int(who)
            accounts = is_special and Item(0, number) not in self.unsure
            if accounts and draw.random.random() < 0.3:
                return draw.of_account(number, self.connected[number])
            return draw.by_person(number)
        if who == "manager" and draw.random.random() < 0.4:
            call = draw.of_setting()
            last = Item(len(self.cast.campaigns) - 1, 0)
            if self.answered > 0.9 * self.actions:
                call = call._replace(action="COMPLETE", items=(last,), capacity=None)
            if call.items[0] not in self.unsure:
                return call
        return draw.by_staff()

    async def send(self, http: httpx.AsyncClient, call: Call, *, with_key: bool) -> Record:
        """Send a call, again with its key if its answer is lost, and note what it was told."""
        name = f"{self.cast.name}-{next(self._numbers)}"
        settles = call.action in (*ACCOUNTS, *SETTINGS)
        has_key = not call.is_read and not call.is_dry and (with_key or settles)
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._token(call.caller, name)}",
            **({"Idempotency-Key": name} if has_key else {}),
        }
        request = request_of(call, self.cast, self.known)
        body = orjson.dumps({"query": request.query, "variables": request.variables})
        record = Record(name=name, call=call, sent=time.monotonic(), accounts=self._accounts(call))
        self.records.append(record)
        await self._send(http, record, body, headers)
        if settles:
            self._settle(record)
        return record

    async def _send(
        self, http: httpx.AsyncClient, record: Record, body: bytes, headers: Mapping[str, str]
    ) -> None:
        """Send it until it is answered; whoever has to try again when all is over gives up."""
        began = False
        while not (began and self.is_over) and time.monotonic() < record.sent + PATIENCE:
            began = True
            try:
                answer = await _answered(http, record.call, body, headers)
            except httpx.ConnectError:
                # Nothing was sent, so nothing can have come of it.
                await asyncio.sleep(PAUSE)
                continue
            if answer is not None:
                self._note(record, answer)
                return
            if "Idempotency-Key" not in headers:
                return
            self.repeated += 1
            await asyncio.sleep(PAUSE)

    def _note(self, record: Record, answer: Mapping[str, Any]) -> None:
        record.received = time.monotonic()
        record.answer = answer
        self.answered += 1
        self.is_over = self.is_over or self.answered >= self.actions
        if not record.call.is_read:
            learn(record.call, answer, self.known)

    def _accounts(self, call: Call) -> tuple[frozenset[str], frozenset[str]] | None:
        """The caller's accounts before and after a call that is about those."""
        if call.action not in ACCOUNTS or call.account is None:
            return None
        before, account = self.connected[int(call.caller)], frozenset({call.account})
        connects = call.action == "CONNECT_ACCOUNT"
        return before, before | account if connects else before - account

    def _settle(self, record: Record) -> None:
        """Note what a change of accounts, or of a campaign, has come to."""
        if record.accounts is not None:
            self.connected[int(record.call.caller)] = record.accounts[1]
        if record.answer is None:
            item = record.call.items[0]
            self.unsure.add(item if record.accounts is None else item._replace(campaign=0))

    def _token(self, caller: str, name: str) -> str:
        """A token for one call alone, whose name the history gives to its events."""
        if caller == "STAFF":
            return token("STAFF", name=name)
        if caller.isdigit():
            return token("INFLUENCER", sub=self.cast.ids[f"person {caller}"], name=name)
        return token("ADVERTISER", advertiser=caller, name=name)


async def _answered(
    http: httpx.AsyncClient, call: Call, body: bytes, headers: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """Post it; the payload, or the data of a read, or None where nobody knows what became of it.

    Raises httpx.ConnectError, and BadAnswerError for what callers must never be told.
    """
    try:
        response = await http.post("/graphql", content=body, headers=headers)
    except httpx.ConnectError:
        raise
    except httpx.TransportError:
        return None
    try:
        answer: Mapping[str, Any] = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise BadAnswerError(f"{call}: {response.status_code} {response.content!r}") from None
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    if codes == {"UNAVAILABLE"}:
        return None
    if codes:
        raise BadAnswerError(f"{call}: {answer}")
    data = answer["data"]
    return data if call.is_read else data[field_of(call)]
