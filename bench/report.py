"""What was measured, as tables for people, and a picture for the README."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from bench.servers import PEERS, Peer
from bench.workloads import WORKLOADS

Measured = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By peer and connections, as text because that is how JSON keeps it."""
AT = "16"
"""Ratios are told at so many connections."""


def table(measured: Mapping[str, Mapping[Any, Mapping[str, float]]]) -> str:
    """The numbers of one workload."""
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


def results(known: Mapping[str, Any]) -> str:
    """All of RESULTS.md, from what is kept of each workload."""
    parts = [_INTRODUCTION, *_where(known), "## Ratios\n", _ratios(known)]
    for workload in WORKLOADS:
        if workload.name in known:
            kept = known[workload.name]
            parts += [f"\n## {workload.name}: {workload.title}\n", f"{kept['date']}\n"]
            parts += [table(kept["peers"]), *_absent(workload.name)]
    return "\n".join(parts) + "\n"


_INTRODUCTION = """# Joinery beside other servers

Written by `make bench`: do not edit. One process of each server, PostgreSQL and the load (one
`wrk` thread) share the machine. All servers answer the same operation from the same database, and
every answer compared is the same as Joinery's; numbers are medians of runs that take turns; a run
in which a request fails does not count. CPU is per request: of the server's process, and of all of
PostgreSQL's. The floors are bare ASGI functions over asyncpg without GraphQL. Joinery checks a
signed token in each request, the others none. The Select influencer tab's statement and its counts
are functions in the database that all others call.
"""


_ABOUT_RATIOS = f"""\
Joinery's to the others', at {AT} connections: first requests/s, where more than 1 is faster, then
CPU of server and database together, where less than 1 is cheaper.
"""


def _where(known: Mapping[str, Any]) -> Iterable[str]:
    for kept in list(known.values())[-1:]:
        versions = ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
        yield f"- Machine: {kept['machine']}\n- Versions: {versions}\n"
        if kept["small"]:
            yield "**On small data: good for nothing but a look at the form.**\n"


def _ratios(known: Mapping[str, Any]) -> str:
    """Joinery against the floors, the best Node.js peer and the best peer."""
    lines = _head(
        *("", "to the best Node.js peer", "to the best peer", "to Strawberry + Tortoise"),
        *("to floor, JSON by PostgreSQL", "to floor, JSON by hand"),
        *("CPU to floor, JSON by PostgreSQL", "CPU to floor, JSON by hand"),
    )
    for workload in WORKLOADS:
        if workload.name in known:
            cells = " | ".join(_ratio_cells(known[workload.name]["peers"]))
            lines.append(f"| {workload.name}: {workload.title} | {cells} |")
    return "\n".join([_ABOUT_RATIOS, *lines, _bulk(known)])


def _head(*titles: str) -> list[str]:
    return [f"| {' | '.join(titles)} |", f"| --- {'| ---: ' * (len(titles) - 1)}|"]


def _ratio_cells(measured: Measured) -> Iterable[str]:
    at = {name: runs[AT] for name, runs in measured.items() if AT in runs}
    ours = at.get("joinery")
    nodes = [peer.name for peer in PEERS if peer.kind == "node"]
    peers = [peer.name for peer in PEERS if peer.kind in ("node", "python")]
    for names in (nodes, peers, ["strawberry"], ["floor_json"], ["floor_rows"]):
        speeds = [at[name]["per_second"] for name in names if name in at]
        yield f"{ours['per_second'] / max(speeds):.2f}" if ours and speeds else ""
    for name in ("floor_json", "floor_rows"):
        yield f"{_cpu(ours) / _cpu(at[name]):.2f}" if ours and name in at else ""


def _cpu(run: Mapping[str, float]) -> float:
    return run["server_cpu"] + run["database_cpu"]


def _bulk(known: Mapping[str, Any]) -> str:
    """How much faster 500 are marked in one call than in 500."""
    if not {"M1", "M2"} <= known.keys():
        return ""
    one, many = (known[name]["peers"]["joinery"].get("1") for name in ("M1", "M2"))
    if not one or not many:
        return ""
    gain = 500 * many["per_second"] / one["per_second"]
    return f"\nOne `markJoined` of 500 takes 1/{gain:.0f} of 500 of one each, at 1 connection."


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
    """Requests a second of every server, a group of bars for each workload."""
    shapes, y = list[str](), 34
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
