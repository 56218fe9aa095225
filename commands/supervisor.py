"""The parent of several workers, which share its listening socket and are replaced when they die.

uvicorn has one too: it stops healthy workers when another cannot start, kills those that are slow
to start, lets new clients hang while it ends, and waits for a worker with its ears shut.
"""

import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from transport.draining import RETIRE, Ending

START_SECONDS = 300
"""A worker that has not started to serve by then is killed; a busy host takes its time."""
HUNG_SECONDS = 30
"""A worker is killed whose event loop stood still for so long."""
STEADY_SECONDS = 10
"""One that ends by itself before it has served so long counts as one that could not start."""
MAX_PAUSE = 30
"""The longest pause in seconds between attempts to start a worker."""
_MARGIN = 2
"""Seconds after which a worker is killed that should have ended by itself."""

_spawn = multiprocessing.get_context("spawn")
_log = logging.getLogger(__name__)

Work = Callable[[socket.socket, Connection], None]
"""What a worker's process does: serve, and send a byte every second once it serves."""


@dataclass(eq=False, slots=True)
class Worker:
    """The process of a worker."""

    process: SpawnProcess
    beats: Connection
    is_ready: bool = False
    "Whether it has begun to serve."
    is_steady: bool = False
    "Whether it has served for a while."
    ready_at: float = 0.0
    silent: int = 0
    "Seconds without a beat. Those in which this process did not run either are not counted."
    ends_by: float | None = None
    "When it is killed, once it was told to end."

    def tell(self, number: int, seconds: float) -> None:
        """Tell it to end, within so many seconds."""
        self.ends_by = time.monotonic() + seconds + _MARGIN
        if self.process.exitcode is None and self.process.pid:
            os.kill(self.process.pid, number)


class Supervisor:
    """Keeps `count` workers running until told to end.

    SIGTERM and SIGINT end all of them, a second one at once; SIGHUP replaces them one by one,
    each after its successor serves.
    """

    def __init__(self, listener: socket.socket, count: int, work: Work, ending: Ending) -> None:
        self._listener = listener
        self._address = _url_of(listener)
        self._count = count
        self._work = work
        self._ending = ending
        self._workers: list[Worker] = []
        self._outdated: list[Worker] = []
        "Those that SIGHUP replaces."
        self._has_served = False
        self._failures = 0
        "Attempts in a row to start a worker, none of which has become steady."
        self._next_start = 0.0
        self._next_second = 0.0
        self._ends = False
        self._code = 0

    def run(self) -> int:
        """Run until all workers have ended; return the exit code, which tells of failure."""
        signals = _signals(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        self._fill()
        while self._workers or not self._ends:
            beats = [worker.beats for worker in self._workers if not worker.beats.closed]
            ends = [worker.process.sentinel for worker in self._workers]
            wait([signals, *beats, *ends], timeout=1)
            for number in _received(signals):
                self._obey(number)
            for worker in list(self._workers):
                self._listen(worker)
                self._bury(worker)
            self._kill_overdue()
            self._renew()
            self._fill()
        return self._code

    def _obey(self, number: int) -> None:
        if number == signal.SIGHUP:
            _log.info("replacing the workers one by one")
            self._outdated = [worker for worker in self._workers if not worker.ends_by]
        elif self._ends:
            self._code = 1
            for worker in self._workers:
                worker.process.kill()
        else:
            self._end(signal.SIGTERM if number == signal.SIGTERM else RETIRE)

    def _end(self, number: int) -> None:
        """Tell all workers to end; new clients are refused as soon as those listen no more."""
        self._ends = True
        self._listener.close()
        for worker in self._workers:
            worker.tell(number, self._ending.seconds)

    def _listen(self, worker: Worker) -> None:
        """Note that a worker lives."""
        if worker.beats.closed or not worker.beats.poll():
            return
        if not os.read(worker.beats.fileno(), 4096):
            worker.beats.close()
            return
        worker.silent = 0
        if not worker.is_ready:
            worker.is_ready = True
            worker.ready_at = time.monotonic()
            if not self._has_served:
                self._has_served = True
                _log.info("serving at %s", self._address)

    def _bury(self, worker: Worker) -> None:
        """Take leave of a worker that has ended."""
        code = worker.process.exitcode
        if code is None:
            return
        self._workers.remove(worker)
        worker.beats.close()
        if worker.ends_by:
            if self._ends and code > 0:
                self._code = 1
            return
        _log.error("worker %s has ended (exit code %s)", worker.process.pid, code)
        was_ended = worker.is_ready and code == -signal.SIGKILL
        if not (worker.is_steady or was_ended):
            # One that was killed may start the next time; one that gave up will do so again.
            self._fail(is_hopeless=code > 0)

    def _fail(self, *, is_hopeless: bool) -> None:
        """Let some time pass until the next attempt; end where none has ever served, nor will."""
        self._failures += 1
        pause = min(2**self._failures, MAX_PAUSE)
        self._next_start = time.monotonic() + pause
        _log.warning("the next attempt to start a worker is made in %d seconds", pause)
        if self._outdated:
            _log.error("its successor could not start: the other workers stay as they are")
            self._outdated = []
        if is_hopeless and not self._has_served:
            self._code = 1
            self._end(signal.SIGTERM)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        if now >= self._next_second:
            self._next_second = now + 1
            for worker in self._workers:
                worker.silent += 1
                self._note_steady(worker, now)
        for worker in self._workers:
            if worker.ends_by:
                if now > worker.ends_by:
                    self._code = 1
                    worker.process.kill()
            elif worker.silent > (HUNG_SECONDS if worker.is_ready else START_SECONDS):
                _log.error("worker %s does not answer: it is killed", worker.process.pid)
                worker.process.kill()

    def _note_steady(self, worker: Worker, now: float) -> None:
        """Forget what failed before a worker that has served for a while."""
        if worker.is_ready and not worker.is_steady and now >= worker.ready_at + STEADY_SECONDS:
            worker.is_steady = True
            self._failures = 0

    def _renew(self) -> None:
        """Let an outdated worker end when another serves in its place."""
        staying = [worker for worker in self._workers if not worker.ends_by]
        self._outdated = [worker for worker in self._outdated if worker in staying]
        if self._outdated and len(staying) > self._count and all(w.is_ready for w in staying):
            self._outdated.pop(0).tell(RETIRE, self._ending.seconds)

    def _fill(self) -> None:
        """Start workers until there are enough: one more than usual while they are replaced."""
        if self._ends or time.monotonic() < self._next_start:
            return
        staying = sum(not worker.ends_by for worker in self._workers)
        is_renewing = bool(self._outdated) and staying == len(self._workers)
        try:
            for _ in range(self._count + is_renewing - staying):
                self._workers.append(self._start())
        except OSError as error:  # the system has no room, or the working directory is gone
            _log.error("no worker can be started: %s", error)
            self._fail(is_hopeless=True)

    def _start(self) -> Worker:
        beats, theirs = _spawn.Pipe(duplex=False)
        with theirs:
            process = _spawn.Process(target=self._work, args=(self._listener, theirs))
            try:
                process.start()
            except OSError:
                beats.close()
                raise
        return Worker(process, beats)


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _signals(*numbers: signal.Signals) -> socket.socket:
    """Return a socket that receives the numbers of these signals as bytes."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    for number in numbers:
        signal.signal(number, _heard)
    signal.set_wakeup_fd(theirs.detach())
    return ours


def _heard(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the number is received as a byte. An ignored signal would not be."""


def _received(signals: socket.socket) -> bytes:
    with suppress(BlockingIOError):
        return signals.recv(4096)
    return b""
