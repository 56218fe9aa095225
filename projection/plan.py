"""From a selection to a plan, once; and from a plan to the finished value, each time.

Selected fields are found by graphql-core's own collection, so that fragments, aliases, `@include`
and `@skip` mean what the specification says. Plans are kept with their document, by the
selection's nodes, the role, the database, the outcome of the directives, and whether it is a trial.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    SelectionSetNode,
    VariableNode,
)

from database.tracing import current_trace
from projection.compiler import Compiler
from projection.diagram import diagram
from projection.internals import (
    Completed,
    ResolveInfo,
    named_type,
    resolve_info,
    return_type,
)
from projection.level import Level, fetch_by_key
from projection.listing import Listing, Terms
from projection.pages import PagePlan
from projection.refusals import MAX_ERRORS, Keys, Refused, Standing, report
from projection.run import Run
from projection.shape import Shape


class Projector:
    """Makes and keeps plans for a set of shapes, and answers with them."""

    def __init__(self, shapes: Iterable[Shape], terms: Terms) -> None:
        self.shapes = {shape.name: shape for shape in shapes}
        self.terms = terms

    async def one(
        self, info: Any, run: Run, shape_name: str, key: int, conditions: Sequence[str]
    ) -> Completed:
        """Return the row with this key, where it meets the conditions; else null."""
        shape = self.shapes[shape_name]
        plan = self._plan(info, run, shape)
        where = "".join(f" AND {condition}" for condition in conditions)
        if plan.is_one_statement:
            run.expect_one()
        rows = await run.fetch_by(
            f"SELECT {plan.level.select('t.id')} FROM {shape.source}{plan.level.joined}"
            f"{shape.where_key}{where}",
            [key],
        )
        found = await plan.level.build(run, rows)
        return self._answer(run, plan, found[0] if found else None, info)

    async def by_key(
        self, info: Any, run: Run, shape_name: str, places: Mapping[Any, Iterable[Keys]]
    ) -> dict[Any, Any]:
        """Return the finished objects of a shape by key, for fields that return an interface.

        `places` says by key where in the field's value each object is going to stand.
        """
        shape = self.shapes[shape_name]
        plan = self._plan(info, run, shape)
        found = await fetch_by_key(run, shape, plan.level, places)
        self._report(
            run, plan, [(place, each) for key, each in found.items() for place in places[key]], info
        )
        return found

    async def page(
        self,
        info: Any,
        run: Run,
        shape_name: str,
        listing: Listing,
        arguments: Mapping[str, Any],
        parent: int | None,
    ) -> Completed:
        """Return a page of a list that belongs to nobody, or to this parent."""
        plan = self._plan(info, run, self.shapes[shape_name], paged=True)
        assert plan.pages is not None
        keys = None if parent is None else [parent]
        if plan.is_one_statement:
            run.expect_one()
        pages = await plan.pages.pages(run, listing, arguments, keys)
        return self._answer(run, plan, pages[parent], info)

    async def value(self, info: Any, run: Run, value: Any) -> Completed:
        """Return a plain value (or a list of them), with the keys in it followed."""
        plan = self._plan(info, run, None)
        many = isinstance(value, list)
        found = await plan.level.build(run, cast("list[Any]", value) if many else [value])
        return self._answer(run, plan, found if many else found[0], info)

    def again(self, info: Any, run: Run, value: Any) -> Completed:
        """Return a value that was finished for the same selection and role before."""
        return self._answer(run, self._plan(info, run, None), value, info)

    def _answer(self, run: Run, plan: "_Plan", value: Any, info: Any) -> Completed:
        if not (plan.denied or run.refused):
            return Completed(value)
        standing: list[Standing] = [((), value)]
        if isinstance(value, list):
            standing = [((index,), item) for index, item in enumerate(cast("list[Any]", value))]
        self._report(run, plan, standing, info)
        return Completed(value)

    def _report(self, run: Run, plan: "_Plan", values: Sequence[Standing], info: Any) -> None:
        """Report what is refused in a field's value: raises an error instead if that is a lot."""
        root = tuple(info.path.as_list())
        refused = [each._replace(path=each.path[len(root) :]) for each in plan.denied + run.refused]
        standing = [((*root, *place), value) for place, value in values]
        if refused and not report(run.executor, refused, standing):
            raise self.terms.refusal(
                f"More than {MAX_ERRORS:,} values of this answer are refused, each with its error."
                " Leave out the fields that are not for you, or ask for fewer rows."
            )

    def _plan(self, info: Any, run: Run, shape: Shape | None, *, paged: bool = False) -> "_Plan":
        trace = current_trace.get()
        if trace is None:
            return self._kept_plan(info, run, shape, paged=paged)
        with trace.stage("plan"):
            plan = self._kept_plan(info, run, shape, paged=paged)
        root = shape.name if shape else "objects in memory"
        trace.diagrams[str(info.path.key)] = diagram(
            root, plan.pages.level if plan.pages else plan.level
        )
        return plan

    def _kept_plan(
        self, info: Any, run: Run, shape: Shape | None, *, paged: bool = False
    ) -> "_Plan":
        raw = resolve_info(info)
        kept: dict[tuple[Any, ...], _Selection] = run.executor.plans
        name = shape.name if shape else None
        reader = run.role, run.database.capabilities, run.is_trial
        key = (*map(id, raw.field_nodes), name, *reader)
        selection = kept.get(key)
        if selection is None:
            names = dict.fromkeys(_directive_variables(raw.field_nodes, raw.fragments))
            selection = kept[key] = _Selection(tuple(names))
        given = run.executor.variable_values.coerced
        outcome = tuple([given.get(name) for name in selection.variables])
        plan = selection.plans.get(outcome)
        if plan is None:
            plan = self._compile(raw, run, shape, paged=paged)
            if _has_room(kept, plan, raw):
                selection.plans[outcome] = plan
        return plan

    def _compile(self, raw: ResolveInfo, run: Run, shape: Shape | None, *, paged: bool) -> "_Plan":
        compiler = Compiler(self.shapes, self.terms, run)
        root = tuple(raw.path.as_list())
        is_alone = _is_alone(raw)
        if paged:
            pages = compiler.root_page(raw, root)
            single = is_alone and pages.is_one_statement
            return _Plan(Level(), compiler.denied, pages, compiler.fields, single)
        named = named_type(return_type(raw))
        graphql_type = raw.schema.get_type(shape.name) if shape else named
        assert isinstance(graphql_type, GraphQLObjectType)
        level = compiler.root_object(raw, root, graphql_type, shape)
        single = is_alone and not level.fetches
        return _Plan(level, compiler.denied, None, compiler.fields, single)


@dataclass(slots=True)
class _Plan:
    """A plan, and the fields in it that the role may not see."""

    level: Level
    denied: list[Refused]
    pages: PagePlan | None
    fields: int
    "How many it was made of."
    is_one_statement: bool
    "Whether the operation reads by one statement, after what the field's list reads."


@dataclass(slots=True)
class _Selection:
    """A selection that was planned."""

    variables: tuple[str, ...]
    "Those of `@include` and `@skip`: what they are decides what is left of it."
    plans: dict[tuple[Any, ...], _Plan] = field(default_factory=dict[tuple[Any, ...], _Plan])


def _is_alone(raw: ResolveInfo) -> bool:
    """Return whether the operation has no other root field."""
    selections = raw.operation.selection_set.selections
    return len(selections) == 1 and isinstance(selections[0], FieldNode)


def _has_room(kept: Mapping[Any, _Selection], plan: _Plan, raw: ResolveInfo) -> bool:
    """Return whether the plan can be kept, perhaps in place of the document's others.

    All that are kept have no more fields than the document has characters: room for every role
    and the usual outcomes of directives, and bounded where documents are.
    """
    assert raw.operation.loc is not None
    room = len(raw.operation.loc.source.body) - plan.fields
    if room < 0:
        return False
    plans = [other for selection in kept.values() for other in selection.plans.values()]
    if sum(other.fields for other in plans) > room:
        for selection in kept.values():
            selection.plans.clear()
    return True


def _directive_variables(
    nodes: Iterable[Any], fragments: Mapping[str, Any], seen: set[str] | None = None
) -> Iterable[str]:
    """Return the variables that decide what `@include` and `@skip` leave of a selection."""
    seen = set() if seen is None else seen
    for node in nodes:
        for directive in node.directives or ():
            for argument in directive.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in seen:
                continue
            seen.add(name)
            node = fragments[name]  # noqa: PLW2901
        below: SelectionSetNode | None = node.selection_set
        if below:
            yield from _directive_variables(below.selections, fragments, seen)
