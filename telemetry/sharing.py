"""The numbers of all processes of a server: each writes its own to a file of a folder they share.

A process writes once a second, so one that is killed takes a second's counting with it. What ended
processes have counted is kept, in one file, because counters must not go back; their gauges are
dropped. That file names those whose own files may still be there, so that nobody is counted twice.
"""

import asyncio
import fcntl
import os
import secrets
import tempfile
from collections.abc import AsyncGenerator, Callable, Container, Generator, Iterable, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

import orjson
import structlog

from telemetry.metrics import METRICS, samples
from telemetry.series import Labels, Sample

SECONDS = 1.0
"""Between two times that a process writes its numbers."""
VARIABLE = "_JOINERY_METRICS_FOLDER"
"""Tells the processes that a server starts which folder they share."""
ENDED = "ended.json"

_log = structlog.stdlib.get_logger("joinery.metrics")

_GAUGES = {metric.name for metric in METRICS if metric.kind == "gauge"}


Numbers: TypeAlias = dict[tuple[str, Labels], list[float]]
"""By metric and labels."""


class Totals(NamedTuple):
    """The numbers of all processes added up, and the ids of those that run."""

    numbers: Numbers
    processes: list[int]


class Folder:
    """The folder that the processes of one server share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        mine = (os.getpid(), _began(os.getpid()) or "", secrets.token_hex(4))
        self._mine = path / f"{'-'.join(map(str, mine))}.json"

    def publish(self) -> None:
        """Write the numbers of this process."""
        try:
            _write(self._mine, [*samples()])
        except FileNotFoundError:
            # Whoever clears up old temporary files has taken the folder.
            self._path.mkdir(mode=0o700, exist_ok=True)
            _write(self._mine, [*samples()])

    def totals(self) -> Totals:
        """Return the numbers of all processes; none where the folder has just been taken away."""
        try:
            return self._totals()
        except FileNotFoundError:
            return Totals({}, [])

    def _totals(self) -> Totals:
        with self._locked():
            numbers, counted = self._ended()
            running: list[tuple[int, Path]] = []
            ended: list[Path] = []
            for file in self._path.glob("*-*.json"):
                process, began = _named(file)
                if _runs(process, began):
                    running.append((process, file))
                else:
                    ended.append(file)
            if ended:
                self._keep(numbers, ended, counted)
            for _, file in running:
                _add(numbers, _read(file))
        return Totals(numbers, sorted(process for process, _ in running))

    def _ended(self) -> tuple[Numbers, Container[str]]:
        """Return what ended processes have counted, and which files are in it already."""
        try:
            written, counted = orjson.loads((self._path / ENDED).read_bytes())
        except FileNotFoundError:
            return {}, ()
        return _numbers(written), counted

    def _keep(self, numbers: Numbers, ended: list[Path], counted: Container[str]) -> None:
        """Add what ended processes have counted, each once, and keep it in one file."""
        for file in ended:
            if file.name not in counted:
                _add(numbers, {key: each for key, each in _read(file).items() if _grows(key)})
        kept = [(name, labels, each) for (name, labels), each in numbers.items()]
        _write(self._path / ENDED, [kept, [file.name for file in ended]])
        for file in ended:
            file.unlink()

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Hold off other processes that put ended ones together."""
        folder = os.open(self._path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


@contextmanager
def shared_folder() -> Generator[Folder]:
    """Return the folder of the server that this process is part of; without one, a new one.

    A new one is for the processes that are started meanwhile, and is removed afterwards.
    """
    if found := os.environ.get(VARIABLE):
        yield Folder(Path(found))
        return
    with tempfile.TemporaryDirectory(prefix="joinery-metrics-") as name:
        os.environ[VARIABLE] = name
        try:
            yield Folder(Path(name))
        finally:
            del os.environ[VARIABLE]


@asynccontextmanager
async def publishing(folder: Folder, look: Callable[[], None]) -> AsyncGenerator[None]:
    """Write the numbers of this process while the block runs; `look` sets its gauges before."""
    problems = set[str]()

    def publish() -> None:
        try:
            look()
            folder.publish()
        except Exception as error:  # noqa: BLE001
            # A full disk, perhaps. Requests go on; this is told once.
            if (problem := repr(error)) not in problems:
                problems.add(problem)
                _log.warning("metrics cannot be handed on", exc_info=True)

    async def repeat() -> None:
        while True:
            publish()
            await asyncio.sleep(SECONDS)

    running = asyncio.create_task(repeat())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        publish()


def _write(file: Path, content: Sequence[object]) -> None:
    new = file.with_suffix(f".{os.getpid()}")
    new.write_bytes(orjson.dumps(content))
    new.replace(file)


def _read(file: Path) -> Numbers:
    try:
        return _numbers(orjson.loads(file.read_bytes()))
    except FileNotFoundError:
        return {}  # another process has put it to those that ended


def _numbers(written: Iterable[Sample]) -> Numbers:
    return {(name, tuple(labels)): numbers for name, labels, numbers in written}


def _grows(key: tuple[str, Labels]) -> bool:
    return key[0] not in _GAUGES


def _add(totals: Numbers, numbers: Numbers) -> None:
    for key, each in numbers.items():
        found = totals.get(key)
        totals[key] = each if found is None else [a + b for a, b in zip(found, each, strict=True)]


def _named(file: Path) -> tuple[int, str | None]:
    """Return the process that a file is of, and when it began.

    An earlier build did not write the latter; SIGHUP may have replaced its workers by these.
    """
    process, *began, _ = file.stem.split("-")
    return int(process), began[0] if began else None


def _runs(process: int, began: str | None) -> bool:
    """Return whether the process runs that began then: the id of one that ended is given again.

    Without that, any process that has the id is taken for it.
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return began is None or _began(process) in (None, began)


def _began(process: int) -> str | None:
    """Return when a process began, in the system's ticks; None where the system does not tell.

    So it is on macOS: there any process that has the id is taken for the one that had it.
    """
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    return told.rpartition(")")[2].split()[19]
