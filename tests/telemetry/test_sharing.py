"""What several processes count is put together, whether they still run or have ended."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from telemetry import metrics
from telemetry.sharing import Folder, Totals

SPAWN = multiprocessing.get_context("spawn")
RETRIES = (metrics.RETRIES.name, ())
LIMIT = (metrics.POOL_LIMIT.name, ())
SECONDS = (metrics.SQL_SECONDS.name, ("query",))


def count(path: Path) -> None:
    metrics.RETRIES.add()
    metrics.RETRIES.add()
    metrics.POOL_LIMIT.set(10)
    metrics.SQL_SECONDS.add(0.003, "query")
    metrics.SQL_SECONDS.add(20, "query")
    Folder(path).publish()


def count_and_stay(path: Path, parent: Connection) -> None:
    count(path)
    parent.send("counted")
    parent.recv()


def run(target: Callable[..., None], *given: object) -> None:
    process = SPAWN.Process(target=target, args=given)
    process.start()
    process.join()
    assert process.exitcode == 0


def test_counters_of_ended_processes_stay_and_their_gauges_go(tmp_path: Path) -> None:
    reader = Folder(tmp_path)
    for times in (1, 2, 3):
        run(count, tmp_path)

        totals = reader.totals()

        assert totals.processes == []
        assert totals.numbers[RETRIES] == [2 * times]
        assert totals.numbers[SECONDS][2] == totals.numbers[SECONDS][-2] == times
        assert totals.numbers[SECONDS][-1] == pytest.approx(20.003 * times)
        assert LIMIT not in totals.numbers
    assert [file.name for file in tmp_path.iterdir()] == ["ended.json"]


@pytest.mark.parametrize("after", ["written", "one unlinked"])
def test_a_process_that_has_ended_is_counted_once_though_its_counting_broke_off(
    tmp_path: Path, after: str
) -> None:
    """The process that puts numbers together is killed between two steps of it."""
    run(count, tmp_path)
    run(count, tmp_path)
    process = SPAWN.Process(target=die_while_counting, args=(tmp_path, after))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len([*tmp_path.glob("*-*.json")]) == (2 if after == "written" else 1)

    for _ in range(2):
        assert Folder(tmp_path).totals().numbers[RETRIES] == [4]
    run(count, tmp_path)
    assert Folder(tmp_path).totals().numbers[RETRIES] == [6]
    assert [file.name for file in tmp_path.glob("*.json")] == ["ended.json"]


def die_while_counting(path: Path, after: str) -> None:
    """Kill this very process before or after the first file is removed."""
    unlink = Path.unlink

    def die(file: Path) -> None:
        if after == "one unlinked":
            unlink(file)
        os.kill(os.getpid(), signal.SIGKILL)

    Path.unlink = die  # type: ignore[method-assign]
    Folder(path).totals()


def test_a_folder_that_was_cleared_away_is_made_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "shared")
    assert folder.totals() == Totals({}, [])
    metrics.RETRIES.add()
    folder.publish()
    totals = folder.totals()
    assert totals.processes == [os.getpid()]
    assert totals.numbers[RETRIES][0] >= 1
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no process tells when it began")
def test_a_process_that_got_the_id_of_one_that_ended_is_not_taken_for_it(tmp_path: Path) -> None:
    run(count, tmp_path)
    [file] = tmp_path.iterdir()
    _, began, token = file.stem.split("-")
    file.rename(tmp_path / f"{os.getpid()}-{began}-{token}.json")

    totals = Folder(tmp_path).totals()

    assert totals.processes == []
    assert totals.numbers[RETRIES] == [2]
    assert LIMIT not in totals.numbers


def test_files_named_by_id_and_token_alone_are_counted_too(tmp_path: Path) -> None:
    """Workers of an earlier build wrote them, and SIGHUP may have replaced those by these."""
    run(count, tmp_path)
    [file] = tmp_path.iterdir()
    ended, _, token = file.stem.split("-")
    written = file.read_bytes()
    file.rename(tmp_path / f"{ended}-{token}.json")
    (tmp_path / f"{os.getpid()}-{token}.json").write_bytes(written)

    for _ in range(2):
        totals = Folder(tmp_path).totals()

        assert totals.processes == [os.getpid()]
        assert (totals.numbers[RETRIES], totals.numbers[LIMIT]) == ([4], [10])


def test_a_process_is_known_by_its_id_alone_where_the_system_tells_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tells_nothing(_process: int) -> None:
        return None

    monkeypatch.setattr("telemetry.sharing._began", tells_nothing)
    Folder(tmp_path).publish()
    assert Folder(tmp_path).totals().processes == [os.getpid()]


def test_gauges_of_running_processes_are_added_up(tmp_path: Path) -> None:
    pipes = [SPAWN.Pipe() for _ in range(2)]
    stayers = [SPAWN.Process(target=count_and_stay, args=(tmp_path, end)) for _, end in pipes]
    for process in stayers:
        process.start()
    try:
        assert [ours.recv() for ours, _ in pipes] == ["counted", "counted"]
        run(count, tmp_path)

        totals = Folder(tmp_path).totals()

        assert totals.processes == sorted(process.pid or 0 for process in stayers)
        assert (totals.numbers[RETRIES], totals.numbers[LIMIT]) == ([6], [20])

        stayers[0].kill()
        stayers[0].join()
        totals = Folder(tmp_path).totals()
        assert totals.processes == [stayers[1].pid]
        assert (totals.numbers[RETRIES], totals.numbers[LIMIT]) == ([6], [10])
    finally:
        for process in stayers:
            process.kill()
            process.join()
