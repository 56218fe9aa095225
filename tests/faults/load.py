"""Clients that send one request after the other while a server is broken, and note the answers."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.tokens import STAFF

SECONDS = 10
"""A client that waits longer for an answer notes that it hangs."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and what became of it."""

    number: int
    began: float
    ended: float
    answer: dict[str, Any] | None
    failure: str
    "The name of the exception, empty where there was an answer."


@dataclass
class Load:
    """What the clients have sent up to now, in the order in which it ended."""

    url: str
    body: Callable[[int], dict[str, Any]]
    keeps_alive: bool
    sent: list[Sent] = field(default_factory=list[Sent])
    _numbers: "count[int]" = field(default_factory=count)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def answered(self) -> Sequence[Sent]:
        """Those that got an answer."""
        return [sent for sent in self.sent if not sent.failure]

    @property
    def failed(self) -> Sequence[Sent]:
        """Those that got none."""
        return [sent for sent in self.sent if sent.failure]

    def run(self) -> None:
        """Be one client, until stopped."""
        # It connects by itself when it has been closed, as the server may ask for.
        connection = http.client.HTTPConnection(self.url.split("/")[2], timeout=SECONDS)
        while not self._stopped.is_set():
            sent = self._send(connection)
            self.sent.append(sent)
            if sent.failure or not self.keeps_alive:
                connection.close()
                time.sleep(0.005)
        connection.close()

    def stop(self) -> None:
        """Have the clients end."""
        self._stopped.set()

    def _send(self, connection: http.client.HTTPConnection) -> Sent:
        number, began = next(self._numbers), time.monotonic()
        answer, failure = None, ""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {STAFF}"}
        try:
            connection.request("POST", "/graphql", json.dumps(self.body(number)), headers)
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException) as error:
            failure = type(error).__name__
        return Sent(number, began, time.monotonic(), answer, failure)


@contextmanager
def loaded(
    url: str, body: Callable[[int], dict[str, Any]], *, clients: int = 2, keeps_alive: bool = False
) -> Generator[Load]:
    """Run clients beside the block; `body` makes a request from its number."""
    load = Load(url, body, keeps_alive)
    threads = [threading.Thread(target=load.run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop()
        for thread in threads:
            thread.join()
