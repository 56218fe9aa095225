"""What was measured, as tables for people, and a picture for the README."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bench.servers import CONNECTIONS, PEERS, Peer
from bench.session import ENOUGH
from bench.workloads import WORKLOADS

Measured = Mapping[str, Mapping[str, float]]
"""The numbers of each server, at so many connections."""
AT = 16
"""Ratios are told at so many connections."""


def table(measured: Mapping[str, Mapping[Any, Mapping[str, float]]]) -> str:
    """Return the numbers of one workload."""
    lines = _head(
        *("server", "connections", "requests/s", "p50 ms", "p99 ms"),
        *("server CPU ms", "database CPU ms", "memory MB"),
    )
    for peer in _of(measured):
        for connections, run in measured[peer.name].items():
            numbers = (
                f"{run['per_second']:,.{0 if run['per_second'] >= 100 else 1}f}",
                f"{run['p50']:.1f}",
                f"{run['p99']:.1f}",
                f"{run['server_cpu']:.2f}",
                f"{run['database_cpu']:.2f}",
                f"{run['memory']:.0f}",
            )
            lines.append(f"| {peer.title} | {connections} | {' | '.join(numbers)} |")
    return "\n".join(lines)


def against(measured: Mapping[str, Mapping[Any, Mapping[str, float]]], base: Peer) -> str:
    """Return Joinery's ratios to an earlier commit of its own, by connections."""
    lines = _head("connections", f"requests/s to {base.title}'s", "ratio", "server CPU ratio")
    for connections, ours in measured["joinery"].items():
        theirs = measured[base.name][connections]
        speeds = ours["per_second"], theirs["per_second"]
        cost = ours["server_cpu"] / theirs["server_cpu"]
        told = f"{speeds[0]:,.0f} to {speeds[1]:,.0f}"
        lines.append(f"| {connections} | {told} | {speeds[0] / speeds[1]:.3f} | {cost:.3f} |")
    return "\n".join(lines)


def results(known: Mapping[str, Any]) -> str:
    """All of RESULTS.md, from what is kept of each workload."""
    parts = [_INTRODUCTION, *_where(known), *_noise(known), "## Goals\n", _goals(known)]
    parts += ["\n## All ratios\n", _ratios(known)]
    for workload in WORKLOADS:
        if workload.name in known:
            kept = known[workload.name]
            parts += [f"\n## {workload.name}: {workload.title}\n", f"{kept['date']}\n"]
            parts += [table(kept["peers"]), *_absent(workload.name)]
    return "\n".join(parts) + "\n"


_INTRODUCTION = f"""# Joinery beside other servers

Written by `make bench`: do not edit. One process of each server, PostgreSQL and the load (one
`wrk` thread) share the machine. All servers answer the same operation from the same database, and
every answer compared is the same as Joinery's. Numbers are medians of rounds in which the servers
take turns; a run lasts longer for a server that would give fewer than {ENOUGH} answers in it, and
does not count if a request fails. CPU is per request: of the server's process, and of all of
PostgreSQL's. The floors are bare ASGI functions over asyncpg without GraphQL. Joinery checks a
signed token in each request, the others none. The Select influencer tab's statement and its counts
are functions in the database that all others call. All servers have {CONNECTIONS} connections to
the database, prepare their statements once, and keep parsed and validated documents; the Python
ones use uvloop, httptools and orjson, and collect garbage as rarely as Joinery does.
"""


_ABOUT_RATIOS = f"""\
Joinery's to the others', at {AT} connections: first requests/s, where more than 1 is faster, then
CPU of server and database together, where less than 1 is cheaper.
"""
_NODE = [peer.name for peer in PEERS if peer.kind == "node"]
_OTHERS = [peer.name for peer in PEERS if peer.kind in ("node", "python")]


@dataclass(frozen=True)
class Goal:
    """A number that Joinery is to reach."""

    workload: str
    words: str
    bound: float
    measure: Callable[[Mapping[str, Any]], float | None]
    "From all that is kept; None where it is not there."
    at_most: bool = False


def _faster(workload: str, names: Sequence[str]) -> Callable[[Mapping[str, Any]], float | None]:
    return lambda known: _speed_ratio(_at(known, workload), names)


def _cost(workload: str) -> Callable[[Mapping[str, Any]], float | None]:
    return lambda known: _cpu_ratio(_at(known, workload), "floor_json")


def _bulk_gain(known: Mapping[str, Any]) -> float | None:
    """How many times faster 500 are marked in one call than in 500, at 1 connection."""
    one, many = (_at(known, name, 1).get("joinery") for name in ("M1", "M2"))
    return 500 * many["per_second"] / one["per_second"] if one and many else None


def _statements(known: Mapping[str, Any]) -> float | None:
    return known.get("M2", {}).get("statements")


GOALS = (
    *(
        goal
        for name in ("Q1", "Q2", "Q4")
        for goal in (
            Goal(name, "requests/s to the best Node.js peer's", 2.5, _faster(name, _NODE)),
            Goal(
                name,
                "CPU to that of the floor whose JSON PostgreSQL builds",
                1.0,
                _cost(name),
                at_most=True,
            ),
        )
    ),
    Goal("Q1", "requests/s to Strawberry + Tortoise's", 6, _faster("Q1", ["strawberry"])),
    Goal("Q3", "requests/s to the best Node.js peer's", 1.5, _faster("Q3", _NODE)),
    Goal("M1", "requests/s to the best peer's", 1, _faster("M1", _OTHERS)),
    Goal("M2", "times faster than 500 times M1, at 1 connection", 20, _bulk_gain),
    Goal("M2", "SQL statements, BEGIN and COMMIT among them", 12, _statements, at_most=True),
)


def _where(known: Mapping[str, Any]) -> Iterable[str]:
    for kept in list(known.values())[-1:]:
        versions = ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
        yield f"- Machine: {kept['machine']}\n- Versions: {versions}\n"
        if kept["small"]:
            yield "**On small data: good for nothing but a look at the form.**\n"


def _noise(known: Mapping[str, Any]) -> Iterable[str]:
    """How far the rounds of one server lay apart."""
    spreads = sorted(
        run["spread"]
        for kept in known.values()
        if kept.get("rounds", 1) > 1
        for runs in kept["peers"].values()
        for run in runs.values()
    )
    if spreads:
        middle, far = spreads[len(spreads) // 2], spreads[len(spreads) * 9 // 10]
        yield (
            "Wall time is noisy where everything shares a machine: requests/s of one server's"
            f" rounds lay {middle:.0%} apart in the middle case, and over {far:.0%} in one of ten."
            " CPU a request is steadier. Differences that are smaller say nothing.\n"
        )


def _goals(known: Mapping[str, Any]) -> str:
    """Return the goals, and whether each was reached."""
    lines = ["| | | goal | measured | met |", "| --- | --- | ---: | ---: | --- |"]
    for goal in GOALS:
        value = goal.measure(known)
        if value is not None:
            bound = f"{'at most' if goal.at_most else 'at least'} {goal.bound:g}"
            met = value <= goal.bound if goal.at_most else value >= goal.bound
            number = f"{value:.3g}" if value < 100 else f"{value:.0f}"
            told = "yes" if met else "**no**"
            lines.append(f"| {goal.workload} | {goal.words} | {bound} | {number} | {told} |")
    return "\n".join(lines)


def _ratios(known: Mapping[str, Any]) -> str:
    """Joinery against the floors, the best Node.js peer and the best peer."""
    lines = _head(
        *("", "to the best Node.js peer", "to the best peer", "to Strawberry + Tortoise"),
        *("to floor, JSON by PostgreSQL", "to floor, JSON by hand"),
        *("CPU to floor, JSON by PostgreSQL", "CPU to floor, JSON by hand"),
    )
    for workload in WORKLOADS:
        if workload.name in known:
            at = _at(known, workload.name)
            ratios = [
                *(_speed_ratio(at, names) for names in (_NODE, _OTHERS, ["strawberry"])),
                *(_speed_ratio(at, [name]) for name in ("floor_json", "floor_rows")),
                *(_cpu_ratio(at, name) for name in ("floor_json", "floor_rows")),
            ]
            cells = " | ".join("" if ratio is None else f"{ratio:.2f}" for ratio in ratios)
            lines.append(f"| {workload.name}: {workload.title} | {cells} |")
    return "\n".join([_ABOUT_RATIOS, *lines])


def _at(known: Mapping[str, Any], workload: str, connections: int = AT) -> Measured:
    """Return the numbers of each server at so many connections."""
    peers: Mapping[str, Mapping[int, Any]] = known.get(workload, {}).get("peers", {})
    return {name: runs[connections] for name, runs in peers.items() if connections in runs}


def _speed_ratio(at: Measured, names: Sequence[str]) -> float | None:
    speeds = [at[name]["per_second"] for name in names if name in at]
    return at["joinery"]["per_second"] / max(speeds) if "joinery" in at and speeds else None


def _cpu_ratio(at: Measured, name: str) -> float | None:
    return _cpu(at["joinery"]) / _cpu(at[name]) if "joinery" in at and name in at else None


def _head(*titles: str) -> list[str]:
    return [f"| {' | '.join(titles)} |", f"| --- {'| ---: ' * (len(titles) - 1)}|"]


def _cpu(run: Mapping[str, float]) -> float:
    return run["server_cpu"] + run["database_cpu"]


def _absent(workload: str) -> Iterable[str]:
    for peer in PEERS:
        if workload in peer.cannot:
            yield f"\n{peer.title} is not asked: {peer.cannot[workload]}."


def _of(measured: Mapping[str, Any]) -> Sequence[Peer]:
    return [peer for peer in PEERS if peer.name in measured]


# The picture

WIDTH, LABEL, BAR, GAP = 860, 250, 16, 14
COLORS = {"joinery": "#0b7a75", "floor": "#b8bcc4", "python": "#e0a030", "node": "#6b8fd6"}


def picture(known: Mapping[str, Any]) -> str:
    """Draw every server's requests a second, a group of bars for each workload."""
    shapes, y = list[str](), 42
    for workload in WORKLOADS:
        if workload.name not in known:
            continue
        measured = known[workload.name]["peers"]
        shapes.append(_text(12, y, f"{workload.name}: {workload.title}", bold=True))
        y += 10
        asked = [peer for peer in _of(measured) if AT in measured[peer.name]]
        speeds = [measured[peer.name][AT]["per_second"] for peer in asked]
        for peer, speed in zip(asked, speeds, strict=True):
            length = (WIDTH - LABEL - 90) * speed / max(speeds)
            shapes += [_text(12, y + 12, peer.title), _bar(y, length, COLORS[peer.kind])]
            shapes.append(_text(LABEL + length + 6, y + 12, f"{speed:,.0f}"))
            y += BAR + 2
        y += GAP + 12
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}"'
        f' viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" font-size="12">'
    )
    paper = f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>'
    title = _text(12, 16, f"Requests a second at {AT} connections, one process each", bold=True)
    return "\n".join([head, paper, title, *shapes, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="#222222"{weight}>{escape(words)}</text>'


def _bar(y: float, length: float, color: str) -> str:
    return f'<rect x="{LABEL}" y="{y}" width="{length:.0f}" height="{BAR}" fill="{color}"/>'
