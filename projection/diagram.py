"""A plan as a Mermaid flowchart: each box is a statement, or a function, and what it takes."""

from dataclasses import dataclass, field

from projection.level import Compute, FetchByKey, FetchMany, FetchRows, Level, Load, Nest
from projection.pages import FetchPages


def diagram(root: str, level: Level) -> str:
    """Draw the flowchart of a plan whose first statement reads `root`."""
    chart = _Chart()
    chart.draw(root, level)
    return "\n".join(["flowchart TD", *chart.lines])


@dataclass(slots=True)
class _Chart:
    lines: list[str] = field(default_factory=list[str])
    boxes: int = 0

    def draw(self, label: str, level: Level | None, parent: str | None = None) -> None:
        """Draw a box, an arrow to it, and below it what its level fetches."""
        name = f"n{self.boxes}"
        self.boxes += 1
        joined = [f"+ {table}" for table in level.tables] if level else []
        text = "<br/>".join([label, *joined]).replace('"', "'")
        self.lines.append(f'    {name}["{text}"]')
        if parent:
            self.lines.append(f"    {parent} --> {name}")
        for step in level.steps if level else ():
            self._draw_step(step, name)

    def _draw_step(self, step: object, parent: str) -> None:
        match step:
            case FetchMany():
                self.draw(f"all {_table(step.source)} of each", step.level, parent)
            case FetchByKey():
                self.draw(f"{_table(step.shape.source)} by key", step.level, parent)
            case FetchPages():
                self.draw(f"a page of {step.plan.field_name}", step.plan.level, parent)
            case FetchRows():
                self.draw(f"rows of {step.rows.table}", None, parent)
            case Nest():
                self.draw("objects in memory", step.level, parent)
            case Load():
                self.draw(step.field.load.__name__, None, parent)
            case Compute():
                self.draw("computed", None, parent)
            case _:
                raise TypeError(f"{type(step).__name__} is no step")


def _table(source: str) -> str:
    return "pairs" if source.startswith("(") else source.removesuffix(" t")
