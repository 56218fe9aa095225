"""The bench of subscriptions: their cost beside GraphQL Yoga and Mercurius.

`python -m bench.live`, or `make live`, writes LIVE.md, which says what is measured and how.
"""

import argparse
import asyncio
import datetime as dt
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.database import SMALL, Database, database
from bench.deliveries import FULL, Load, Numbers, Scene
from bench.servers import JOINERY, LIVE_PEERS, ROOT, Peer, Servers
from bench.setup import machine, set_up, versions
from bench.subscribers import crowd

RESULTS = Path(__file__).parent / "LIVE.md"
SERVERS = (JOINERY, *LIVE_PEERS)
ROUNDS = 5
CPU_GOAL = 0.5
"""The most processor time of a delivery, as a ratio to the better peer's."""
LAG_GOAL = 50
"""The highest 99th percentile of the feed's lag, in milliseconds."""
Measured = dict[str, dict[str, Numbers]]
"""The numbers by case and server."""


@dataclass(frozen=True)
class Case:
    """One thing to measure."""

    title: str
    measure: Callable[[Scene], Coroutine[Any, Any, Numbers]]
    columns: dict[str, str]
    "The numbers to report, and their headings."
    servers: Sequence[Peer] = SERVERS


_DELIVERY = {
    "server": "server CPU, µs a delivery",
    "database": "database CPU, µs a delivery",
    "p50": "p50 ms",
    "p99": "p99 ms",
}
CASES = {
    "idle": Case(
        "{idle:,} subscribers to whom nothing happens",
        Scene.idle,
        {"kilobytes": "KB a subscriber", "megabytes": "MB in all", "cpu": "CPU ms a second"},
    ),
    "one-to-many": Case(
        "{events} events, one after the other, each to {audience:,} subscribers",
        Scene.one_to_many,
        _DELIVERY,
    ),
    "many-to-some": Case(
        "{rate} events a second, each to the {each} subscribers of one of {campaigns} campaigns",
        Scene.many_to_some,
        {**_DELIVERY, "last": "last arrival after the last commit, ms"},
    ),
    "lag": Case(
        "{lag_rate} events a second, from the commit to the position in the feed",
        Scene.lag,
        {"p50": "p50 ms", "p99": "p99 ms"},
        [JOINERY],
    ),
}


def measure(
    found: Database,
    servers: Servers,
    load: Load,
    *,
    peers: Sequence[Peer] = SERVERS,
    cases: Sequence[str] = tuple(CASES),
    rounds: int = ROUNDS,
) -> Measured:
    """Return the medians of the rounds, in each of which the servers take turns.

    Raises LoadError if a delivery is missing.
    """
    rows: dict[str, dict[str, list[Numbers]]] = {case: {} for case in cases}
    for turn in range(rounds):
        first = turn % len(peers)
        for name in cases:
            case = CASES[name]
            for peer in [*peers[first:], *peers[:first]]:
                if peer not in case.servers:
                    continue
                with servers.start(peer) as running, crowd() as subscribers:
                    row = asyncio.run(case.measure(Scene(found, running, subscribers, load)))
                rows[name].setdefault(peer.name, []).append(row)
                told = ", ".join(f"{key} {value:.1f}" for key, value in row.items())
                print(f"{turn + 1} {name}, {peer.title}: {told}", flush=True)
    return {
        case: {
            name: {key: median(row[key] for row in several) for key in several[0]}
            for name, several in by_peer.items()
        }
        for case, by_peer in rows.items()
    }


def report(measured: Measured, installed: dict[str, str]) -> str:
    """Return the report, in Markdown."""
    about = ", ".join(f"{name} {version}" for name, version in installed.items())
    date = dt.datetime.now(tz=dt.UTC).date()
    lines = [_HEAD.format(date=date, machine=machine(), versions=about, rounds=ROUNDS)]
    lines += [
        f"| {what} | {goal} | {value:.2f} | {'yes' if is_met else '**no**'} |"
        for what, goal, value, is_met in _goals(measured)
    ]
    for name, case in CASES.items():
        lines += ["", f"## {name}: {case.title.format(**asdict(FULL))}", ""]
        lines += [f"| server | {' | '.join(case.columns.values())} |"]
        lines += [f"| --- |{' ---: |' * len(case.columns)}"]
        for peer in case.servers:
            row = measured[name][peer.name]
            lines += [f"| {peer.title} | {' | '.join(_number(row[key]) for key in case.columns)} |"]
    return "\n".join([*lines, ""])


def _goals(measured: Measured) -> Iterator[tuple[str, str, float, bool]]:
    """Yield for each goal its title, the goal, the measured number, and whether it is met."""
    for case in ("one-to-many", "many-to-some"):
        ours = measured[case][JOINERY.name]
        theirs = [row for name, row in measured[case].items() if name != JOINERY.name]
        ratio = ours["server"] / min(row["server"] for row in theirs)
        told = f"at most {CPU_GOAL}"
        yield f"{case}: server CPU to the better peer's", told, ratio, ratio <= CPU_GOAL
        ratio = ours["p99"] / min(row["p99"] for row in theirs)
        yield f"{case}: p99 to the better peer's", "below 1", ratio, ratio < 1
    p99 = measured["lag"][JOINERY.name]["p99"]
    yield "lag: p99, ms", f"at most {LAG_GOAL}", p99, p99 <= LAG_GOAL


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


_HEAD = """\
# Subscriptions beside other servers

Made by `python -m bench.live` on {date}: {machine}.
{versions}.

One process of each server, PostgreSQL, the writers of events and the subscribers share the machine;
the subscribers are one process, which only notes when something comes, and reads it when nothing
more does. All subscribe to the same selection over graphql-transport-ws, without compression, each
with a token of their own. An event is a change of a participation with its line of history,
committed by a connection of the bench's own, as if by another host. Times are from the sending of
COMMIT to the arrival at a subscriber. Numbers are medians of {rounds} rounds in which the servers
take turns.

The peers are set up as their documentation says, and have the best case: PostgreSQL notifies them
in the event's own transaction, and they read each event once for all subscribers, with all that can
be selected of it. What is left to them is to execute each subscriber's selection, and to send; they
check no token. Joinery's sequencer looks for committed events and gives them their positions in the
feed; what is new is read and written as text once for all who want the same, and each subscriber's
token is looked at again.

| what | goal | measured | met |
| --- | --- | ---: | --- |"""


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and write the report if all cases and servers were measured."""
    asked = _parser().parse_args(words)
    folder = Path(asked.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    peers = [peer for peer in SERVERS if peer.name in asked.servers]
    set_up(folder, peers)
    with database(SMALL, None) as found:
        servers = Servers(found.url, folder)
        measured = measure(
            found, servers, FULL, peers=peers, cases=asked.cases, rounds=asked.rounds
        )
        about = versions(found)
    if asked == _parser().parse_args(["--folder", asked.folder]):
        RESULTS.write_text(report(measured, about))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench.live", description=__doc__)
    names = [peer.name for peer in SERVERS]
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="%(default)s")
    parser.add_argument("--servers", nargs="+", choices=names, default=names)
    parser.add_argument("--cases", nargs="+", choices=[*CASES], default=[*CASES])
    parser.add_argument("--folder", default=str(ROOT / ".bench"), help="%(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())
