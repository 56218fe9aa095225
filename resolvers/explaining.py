"""What a request cost, and how its reads were planned: `extensions.plan` (development)."""

from typing import Any

from projection import Watch, watching

__all__ = ["Watch", "plan_extension", "watching"]


def plan_extension(watch: Watch) -> dict[str, Any]:
    """Statements with their rows and milliseconds, time by stage, and plans as Mermaid charts.

    What is in `total`, but not in `sql` and `plan`, is reading the request, resolving, and making
    objects from rows.
    """
    statements = [
        {
            "sql": each.sql,
            "values": each.values,
            "rows": each.rows,
            "ms": round(each.milliseconds, 3),
        }
        for each in watch.statements
    ]
    stages = {**watch.stages, "sql": sum(each.milliseconds for each in watch.statements)}
    return {
        "statements": statements,
        "stages": {name: round(spent, 3) for name, spent in stages.items()},
        "diagrams": watch.diagrams,
    }
