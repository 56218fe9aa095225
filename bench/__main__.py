"""The bench: `python -m bench --help`, or `make bench`. All of it writes RESULTS.md."""

import argparse
import datetime as dt
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.database import FULL, SMALL, database
from bench.measure import LoadError
from bench.report import picture, results, table
from bench.servers import JOINERY, PEERS, ROOT, Peer, Servers
from bench.session import Plan, measure
from bench.setup import machine, set_up, versions
from bench.statements import statements
from bench.workloads import WORKLOADS


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 1 where something failed."""
    asked = _parser().parse_args(words)
    if not shutil.which("wrk"):
        print("wrk is missing, which makes the load (Debian: sudo apt-get install wrk)")
        return 1
    try:
        _run(asked)
    except LoadError as error:
        print(f"\nThe bench failed: {error}", file=sys.stderr)
        return 1
    return 0


def _run(asked: argparse.Namespace) -> None:
    folder = Path(asked.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    peers = _peers(asked.peers)
    set_up(folder, peers)
    plan = Plan(asked.rounds, asked.seconds, [int(word) for word in asked.connections.split(",")])
    with database(SMALL if asked.small else FULL, folder) as found:
        servers = Servers(found.url, folder)
        about = {"machine": machine(), "versions": versions(found), "small": asked.small}
        about["rounds"] = plan.rounds
        known: dict[str, Any] = {}
        for workload in WORKLOADS:
            if asked.workloads and workload.name not in asked.workloads:
                continue
            started = time.monotonic()
            print(f"\n{workload.name}: {workload.title}", flush=True)
            measured = measure(workload, found, servers, peers, plan)
            sent = {"statements": statements(workload, found, servers)}
            known[workload.name] = {**about, **sent, "date": _now(), "peers": measured}
            print(table(measured))
            print(f"({time.monotonic() - started:.0f} s)")
    if _is_plain(asked):
        _publish(known)
    else:
        print("\nbench/RESULTS.md is as it was: only `make bench` without more writes it.")


def _is_plain(asked: argparse.Namespace) -> bool:
    """Whether nothing was asked for but, perhaps, a folder."""
    plain = _parser().parse_args([])
    plain.folder = asked.folder
    return asked == plain


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _publish(known: dict[str, Any]) -> None:
    (ROOT / "bench" / "RESULTS.md").write_text(results(known))
    (ROOT / "bench" / "results.svg").write_text(picture(known))


def _peers(names: str) -> list[Peer]:
    """Joinery, and those of the others that are named; all where none is."""
    listed = [name for name in names.split(",") if name]
    unknown = set(listed) - {peer.name for peer in PEERS}
    if unknown:
        raise LoadError(f"there is no peer named {', '.join(sorted(unknown))}")
    return [peer for peer in PEERS if not listed or peer is JOINERY or peer.name in listed]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    names = [workload.name for workload in WORKLOADS]
    parser.add_argument("workloads", nargs="*", choices=[*names, []], help="default: all")
    parser.add_argument(
        "--rounds", type=int, default=3, help="medians are of so many (%(default)s)"
    )
    parser.add_argument("--seconds", type=int, default=2, help="each run lasts (%(default)s)")
    parser.add_argument("--connections", default="1,16,64", help="%(default)s")
    parser.add_argument("--peers", default="", help=",".join(peer.name for peer in PEERS))
    parser.add_argument("--small", action="store_true", help="small data")
    parser.add_argument("--folder", default=str(ROOT / ".bench"), help="%(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())
