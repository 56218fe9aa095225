"""The compiler: what each selected field of a shape becomes in a level."""

from collections.abc import ItemsView, Mapping
from typing import Any

import orjson
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    is_leaf_type,
    print_ast,
)

from projection.internals import (
    FieldDetailsList,
    ResolveInfo,
    argument_values,
    details_of,
    is_list,
    is_non_null,
    named_type,
    object_type,
    return_type,
    type_of,
)
from projection.level import (
    MAX_JOINS,
    Arguments,
    Compute,
    FetchByKey,
    FetchMany,
    FetchRows,
    Level,
    Load,
    Nest,
    Place,
)
from projection.listing import Terms
from projection.pages import FetchPages, PagePlan, constant, page_info, total, view
from projection.refusals import Keys, Refused
from projection.run import Run
from projection.shape import (
    Batched,
    Column,
    Computed,
    Connection,
    Denial,
    Derived,
    Field,
    Guarded,
    Kind,
    Rows,
    Shape,
    ToMany,
    ToOne,
    snake_case,
)

MAX_DEPTH = 30
"""How deep objects may nest: generated code nests with them, and Python's parser ends at 200."""


class Compiler:
    """Compiles one selection, for all runs of one role on one database, trial runs or not."""

    def __init__(self, shapes: Mapping[str, Shape], terms: Terms, run: Run) -> None:
        self.shapes = shapes
        self.terms = terms
        self.executor = run.executor
        self.role = run.role
        self.is_trial = run.is_trial
        self.templates = _TYPED if run.database.capabilities.has_typed_values else _UNTYPED
        "What makes the response's value of each kind of column."
        self.fields = 1
        "How many it has compiled, with the root."
        self.denied: list[Refused] = []
        "The fields that the role may not see."

    def root_object(
        self, raw: ResolveInfo, path: Keys, graphql_type: GraphQLObjectType, shape: Shape | None
    ) -> Level:
        """Return the level of a root field's object."""
        level = Level()
        level.finish(
            self._object(level, graphql_type, shape, "t", details_of(raw.field_nodes), path)
        )
        return level

    def root_page(self, raw: ResolveInfo, path: Keys) -> PagePlan:
        """Return the plan of a root field's connection."""
        name = f"{raw.parent_type.name}.{raw.field_name}"
        return self._page(name, object_type(return_type(raw)), details_of(raw.field_nodes), path)

    # Objects

    def _object(
        self,
        level: Level,
        graphql_type: GraphQLObjectType,
        shape: Shape | None,
        alias: str,
        details: FieldDetailsList,
        path: Keys,
    ) -> str:
        """Return a dict display with every selected field of the object."""
        if len(_names(path)) > MAX_DEPTH:
            raise self.terms.refusal(f"This selection nests more than {MAX_DEPTH} levels deep.")
        items = [
            f"{key!r}: {self._field(level, graphql_type, shape, alias, field, (*path, key))}"
            for key, field in self._collected(graphql_type, details)
        ]
        return f"{{{', '.join(items)}}}"

    def _collected(
        self, graphql_type: GraphQLObjectType, details: FieldDetailsList
    ) -> ItemsView[str, FieldDetailsList]:
        """Return the selected fields by their response keys."""
        collected = self.executor.collect_subfields(graphql_type, details).grouped_field_set
        self.fields += len(collected)
        return collected.items()

    def _field(
        self,
        level: Level,
        parent: GraphQLObjectType,
        shape: Shape | None,
        alias: str,
        details: FieldDetailsList,
        path: Keys,
    ) -> str:
        name = details[0].node.name.value
        if name == "__typename":
            return repr(parent.name)
        definition = parent.fields[name]
        if shape is None:
            return self._value(level, f"r.{snake_case(name)}", type_of(definition), details, path)
        field = shape.fields[name]
        selected = Selected(definition, details, path, f"{parent.name}.{name}")
        if isinstance(field, Guarded) and field.roles is not None and self.role not in field.roles:
            return self._denied(field, selected)
        return self._shaped(level, shape, alias, field, selected)

    def _denied(self, field: Guarded, selected: "Selected") -> str:
        """Return the value of a field that the role may not see. Raises where that is not null."""
        if field.denial in (Denial.NULL, Denial.EMPTY):
            return "None" if field.denial is Denial.NULL else "[]"
        error = GraphQLError(
            f"The role {self.role} may not see `{selected.path[-1]}`.",
            extensions={"code": self.terms.forbidden},
        )
        if field.denial is Denial.WHOLE:
            raise error
        nodes = [each.node for each in selected.details]
        self.denied.append(Refused(error, nodes, selected.path))
        return "None"

    def _shaped(
        self, level: Level, shape: Shape, alias: str, field: Field, selected: "Selected"
    ) -> str:
        match field:
            case Column():
                return self._column(level, alias, field)
            case ToOne():
                return self._to_one(level, alias, field, selected)
            case ToMany():
                return self._to_many(level, alias, field, selected)
            case Connection():
                return self._connection(level, alias, field, selected)
            case Computed():
                if alias == "t" and selected.node_name in level.own_columns:
                    return level.column(f"t.{selected.node_name}")
                value = self._compute(level, shape, alias, field.compute, field.needs)
                return self._value(level, value, selected.type, selected.details, selected.path)
            case Batched():
                keys = level.function(level.column(field.parent.format(t=alias)))
                value = level.step(Load(keys, field, selected.arguments), selected.place)
                return self._value(level, value, selected.type, selected.details, selected.path)
            case Rows() | Derived():
                raise TypeError(f"{shape.name} serves an internal field")

    def _column(self, level: Level, alias: str, field: Column) -> str:
        value = level.column(field.sql.format(t=alias))
        made = (self.is_trial and field.trial_template) or field.template
        template = self.templates[field.kind].replace("{v}", made)
        if template == "{v}":
            return value
        names = {**_NAMES, **(field.names or {})}
        level.names.update((name, value) for name, value in names.items() if name in template)
        expression = template.replace("{v}", value)
        return f"(None if {value} is None else {expression})" if field.nullable else expression

    def _to_one(self, level: Level, alias: str, field: ToOne, selected: "Selected") -> str:
        shape, joined = self._join(level, alias, field)
        graphql_type = object_type(selected.type)
        value = self._object(level, graphql_type, shape, joined, selected.details, selected.path)
        return level.null_if_missing(joined, value)

    def _join(self, level: Level, alias: str, field: ToOne) -> tuple[Shape, str]:
        """Return the shape of a relation, and the alias of its row."""
        shape = self.shapes[field.shape]
        joined = level.join(shape.source, alias, field.on)
        if len(level.joins) > MAX_JOINS:
            raise self.terms.refusal(
                f"This selection joins more than {MAX_JOINS} objects to one list."
            )
        return shape, joined

    def _to_many(self, level: Level, alias: str, field: ToMany, selected: "Selected") -> str:
        shape = self.shapes[field.shape]
        below = Level()
        graphql_type, path = object_type(selected.type), (*selected.path, 0)
        below.finish(self._object(below, graphql_type, shape, "t", selected.details, path))
        keys = level.function(level.column(field.parent.format(t=alias)))
        step = FetchMany(keys, field, shape.source, below, selected.arguments)
        return level.step(step, selected.place)

    # Connections

    def _connection(self, level: Level, alias: str, field: Connection, selected: "Selected") -> str:
        plan = self._page(
            selected.name,
            object_type(selected.type),
            selected.details,
            selected.path,
            field.columns,
        )
        keys = level.function(level.column(field.parent.format(t=alias)))
        return level.step(FetchPages(keys, field, plan, selected.arguments), selected.place)

    def _page(
        self,
        name: str,
        graphql_type: GraphQLObjectType,
        details: FieldDetailsList,
        path: Keys,
        columns: frozenset[str] = frozenset(),
    ) -> PagePlan:
        plan = PagePlan(name, self.terms, Level(columns))
        views: list[str] = []
        for key, found in self._collected(graphql_type, details):
            match found[0].node.name.value:
                case "__typename":
                    plan.parts[key] = constant(graphql_type.name)
                case "totalCount":
                    plan.needs_total = True
                    plan.parts[key] = total
                case "pageInfo":
                    plan.needs_rows = True
                    info = object_type(type_of(graphql_type.fields["pageInfo"]))
                    plan.parts[key] = page_info(
                        {
                            key: below[0].node.name.value
                            for key, below in self._collected(info, found)
                        }
                    )
                case part:
                    plan.needs_rows = True
                    plan.parts[key] = view(len(views))
                    row = object_type(type_of(graphql_type.fields[part]))
                    compiled = self._edge if part == "edges" else self._node
                    views.append(compiled(plan, row, found, (*path, key, 0)))
        plan.level.finish(f"({''.join(f'{each}, ' for each in views)})")
        return plan

    def _node(
        self, plan: PagePlan, node: GraphQLObjectType, details: FieldDetailsList, path: Keys
    ) -> str:
        return self._object(plan.level, node, self.shapes[node.name], "t", details, path)

    def _edge(
        self, plan: PagePlan, edge: GraphQLObjectType, details: FieldDetailsList, path: Keys
    ) -> str:
        items: list[str] = []
        for key, found in self._collected(edge, details):
            match found[0].node.name.value:
                case "__typename":
                    value = repr(edge.name)
                case "cursor":
                    value = "cursors.of(r)"
                case _:
                    node = object_type(type_of(edge.fields["node"]))
                    value = self._node(plan, node, found, (*path, key))
            items.append(f"{key!r}: {value}")
        return f"{{{', '.join(items)}}}"

    # What a Python value of a GraphQL type becomes

    def _value(
        self,
        level: Level,
        value: str,
        graphql_type: Any,
        details: FieldDetailsList,
        path: Keys,
    ) -> str:
        named = named_type(graphql_type)
        if is_leaf_type(named):
            return value
        assert isinstance(named, GraphQLObjectType)
        many = is_list(graphql_type)
        path = (*path, 0) if many else path
        values = level.function(value)
        below = Level()
        shape = self.shapes.get(named.name)
        if shape is not None and not shape.source:
            below.columns = {f"t.{column}": place for place, column in enumerate(shape.key)}
        below.finish(self._object(below, named, shape, "t", details, path))
        if shape is None or not shape.source:
            return level.step(Nest(values, below, many))
        return level.step(FetchByKey(values, shape, below, many))

    # What computed fields need

    def _compute(
        self, level: Level, shape: Shape, alias: str, compute: Any, needs: tuple[str, ...]
    ) -> str:
        values = ", ".join(self._need(level, shape, alias, need) for need in needs)
        return level.null_if_missing(alias, f"{level.name(compute)}(run, {values})")

    def _need(self, level: Level, shape: Shape, alias: str, need: str) -> str:
        relation, dot, rest = need.partition(".")
        if dot:
            field = shape.internal.get(relation) or shape.fields[relation]
            assert isinstance(field, ToOne)
            target, joined = self._join(level, alias, field)
            return self._need(level, target, joined, rest)
        field = shape.internal.get(need)
        if field is None:
            return level.column(f"{alias}.{need}")
        return level.memoize((alias, need), lambda: self._internal(level, shape, alias, field))

    def _internal(self, level: Level, shape: Shape, alias: str, field: Field) -> str:
        match field:
            case Rows():
                keys = level.function(level.column(field.parent.format(t=alias)))
                return level.step(FetchRows(keys, field))
            case Derived():
                value = self._compute(level, shape, alias, field.compute, field.needs)
                return level.step(Compute(level.function(value)))
            case Column():
                return self._column(level, alias, field)
            case _:
                raise TypeError(f"{shape.name} has an internal field of no use")


class Selected:
    """A selected field: its definition, its nodes, and where it stands."""

    def __init__(
        self, definition: GraphQLField, details: FieldDetailsList, path: Keys, name: str
    ) -> None:
        self.definition = definition
        self.type = type_of(definition)
        self.details = details
        self.path = path
        self.name = name
        "The type's and the field's."

    @property
    def node_name(self) -> str:
        """The field's name."""
        return self.details[0].node.name.value

    @property
    def place(self) -> Place:
        """Return the place of the field, for errors about its arguments."""
        return Place(self.details[0].node, self.path, not is_non_null(self.type))

    @property
    def arguments(self) -> Arguments:
        """A function of a run that returns the field's arguments; constants are read only once."""
        node: FieldNode = self.details[0].node
        fragment_variables = self.details[0].fragment_variable_values
        definition = self.definition
        if not any("$" in print_ast(argument) for argument in node.arguments or ()):
            known = argument_values(definition, node)
            return lambda _: known
        return lambda run: argument_values(
            definition, node, run.executor.variable_values, fragment_variables
        )


def _names(path: Keys) -> list[str]:
    """Return the path without the positions of items, which nest nothing."""
    return [key for key in path if isinstance(key, str)]


_TYPED = {
    Kind.PLAIN: "{v}",
    Kind.BOOLEAN: "{v}",
    Kind.MOMENT: "{v}",
    Kind.JSON: "loads({v})",
}
_UNTYPED = {**_TYPED, Kind.BOOLEAN: "bool({v})", Kind.MOMENT: "moment({v})"}


def _moment(text: str) -> str:
    """Return a moment that the database gives as text, as the response has it."""
    return text.replace(" ", "T", 1).removesuffix("+00:00") + "Z"


_NAMES = {"loads": orjson.loads, "moment": _moment}
