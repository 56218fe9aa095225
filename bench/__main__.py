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
from bench.report import against, picture, results, table
from bench.servers import JOINERY, PEERS, ROOT, Peer, Servers, at_commit
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
    peers = _peers(asked, folder)
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
            if asked.base:
                print(against(measured, peers[1]))
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


def _peers(asked: argparse.Namespace, folder: Path) -> list[Peer]:
    """Return Joinery, its base, and the peers that are named: all where nothing is."""
    listed = [name for name in asked.peers.split(",") if name]
    base = [at_commit(asked.base, folder)] if asked.base else []
    unknown = set(listed) - {peer.name for peer in PEERS}
    if unknown:
        raise LoadError(f"there is no peer named {', '.join(sorted(unknown))}")
    every = not listed and not base
    others = [peer for peer in PEERS if peer is not JOINERY and (every or peer.name in listed)]
    return [JOINERY, *base, *others]


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
    parser.add_argument("--base", default="", help="an earlier commit of Joinery to compare with")
    parser.add_argument("--small", action="store_true", help="small data")
    parser.add_argument("--folder", default=str(ROOT / ".bench"), help="%(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())
