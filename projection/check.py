"""Whether the schema and the shapes say the same, found when the server starts.

A field in one of them alone would be answered INTERNAL, and only once somebody asks for it. Where
a type has no shape its values are objects of a Python class, whose attributes are compared: the
class that a computed field's function, or a root field's method, is annotated to return.
"""

from collections.abc import Callable, Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, is_leaf_type

from projection.internals import (
    Completed,
    is_list,
    is_non_null,
    method_of,
    named_type,
    type_of,
)
from projection.pages import CONNECTION_FIELDS, EDGE_FIELDS, PAGE_INFO_FIELDS
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


class ShapeError(Exception):
    """The schema and the shapes differ. Its text says in what, naming the type and the field."""


def check_shapes(schema: GraphQLSchema, shapes: Iterable[Shape]) -> None:
    """Raise ShapeError where the object types of the schema and what they are made of differ."""
    check = _Check(schema, {shape.name: shape for shape in shapes})
    for shape in check.shapes.values():
        check.shape(shape)
    roots = schema.query_type, schema.mutation_type, schema.subscription_type
    for root in filter(None, roots):
        for name, field in root.fields.items():
            check.root(f"{root.name}.{name}", field)


class _Check:
    def __init__(self, schema: GraphQLSchema, shapes: Mapping[str, Shape]) -> None:
        self.schema = schema
        self.shapes = shapes
        self._seen: set[tuple[str, type]] = set()

    def shape(self, shape: Shape) -> None:
        """Compare a shape with its type; one without fields is for others to join."""
        for need_of, field in {**shape.fields, **shape.internal}.items():
            self._needs(f"{shape.name}.{need_of}", shape, field)
        found = self.schema.get_type(shape.name)
        if found is None and not shape.fields:
            return
        if not isinstance(found, GraphQLObjectType):
            raise ShapeError(f"{shape.name} has a shape, but the schema has no such type.")
        for name in found.fields.keys() - shape.fields.keys():
            raise ShapeError(f"{shape.name}.{name} is in the schema, but not in the type's shape.")
        for name in shape.fields.keys() - found.fields.keys():
            raise ShapeError(f"{shape.name}.{name} is in the type's shape, but not in the schema.")
        for name, field in found.fields.items():
            self._field(f"{shape.name}.{name}", shape.fields[name], type_of(field))

    def root(self, name: str, field: GraphQLField) -> None:
        """Compare what a root field's method returns with the field's type."""
        hint = get_type_hints(method_of(field)).get("return")
        made_of = get_args(hint)[0] if get_origin(hint) is Completed else Any
        self._value(name, type_of(field), made_of)

    # Fields of shapes

    def _field(self, name: str, field: Field, graphql_type: Any) -> None:
        if isinstance(field, Guarded) and field.roles is not None:
            _check_denial(name, field, graphql_type)
        match field:
            case Column():
                _check_column(name, field, graphql_type)
            case ToOne():
                self._same(name, field.shape, graphql_type, many=False)
            case ToMany():
                self._same(name, field.shape, graphql_type, many=True)
            case Connection():
                self._page(name, graphql_type, field.shape)
            case Computed():
                self._value(name, graphql_type, _returned(field.compute))
            case Batched():
                _, of_key = get_args(_returned(field.load)) or (Any, Any)
                self._value(name, graphql_type, of_key)
            case Rows() | Derived():
                raise ShapeError(f"{name} is an internal field, which clients cannot have.")

    def _same(self, name: str, shape: str, graphql_type: Any, *, many: bool) -> None:
        self._known(name, shape)
        if named_type(graphql_type).name != shape or is_list(graphql_type) is not many:
            wanted = f"[{shape}]" if many else shape
            raise ShapeError(f"{name} is {graphql_type} in the schema, but {wanted} in its shape.")

    def _known(self, name: str, shape: str) -> None:
        if shape not in self.shapes:
            raise ShapeError(f"{name} is made of the shape {shape}, which there is not.")

    def _page(self, name: str, graphql_type: Any, shape: str | None = None) -> None:
        """Compare a connection with what a page has, and its rows with their shape."""
        connection = named_type(graphql_type)
        edge = _field_type(connection, "edges")
        for found, fields in (
            (connection, CONNECTION_FIELDS),
            (edge, EDGE_FIELDS),
            (_field_type(connection, "pageInfo"), PAGE_INFO_FIELDS),
        ):
            for field in (found.fields.keys() if found else set[str]()) - fields:
                raise ShapeError(f"{found.name}.{field} is in the schema, but no page has it.")
        rows = _field_type(connection, "nodes") or _field_type(edge, "node")
        self._known(name, rows.name)
        if shape not in (None, rows.name):
            raise ShapeError(f"{name} has rows of {rows.name}, but of {shape} in its shape.")

    # What fields need

    def _needs(self, name: str, shape: Shape, field: Field) -> None:
        if isinstance(field, ToOne):
            self._known(name, field.shape)
        if isinstance(field, Computed | Derived):
            for need in field.needs:
                self._need(name, shape, need)

    def _need(self, name: str, shape: Shape, need: str) -> None:
        relation, dot, rest = need.partition(".")
        if not dot:
            kind = shape.internal.get(need)
            if isinstance(kind, ToOne | ToMany | Connection | Computed | Batched):
                raise ShapeError(f"{name} needs {need}, which is no value of {shape.name}.")
            return
        field = shape.internal.get(relation) or shape.fields.get(relation)
        if not isinstance(field, ToOne):
            raise ShapeError(f"{name} needs {need}, but {relation} is no relation of {shape.name}.")
        self._known(name, field.shape)
        self._need(name, self.shapes[field.shape], rest)

    # Python values

    def _value(self, name: str, graphql_type: Any, hint: Any) -> None:
        """Compare a value's annotation with its type in the schema."""
        named = named_type(graphql_type)
        if is_leaf_type(named) or named.name in self.shapes:
            pass
        elif _is_page(named):
            self._page(name, graphql_type)
        elif not isinstance(named, GraphQLObjectType):
            self._members(named)
        elif (cls := _class_in(hint)) is None:
            raise ShapeError(f"{name} is {graphql_type}, but of which class is not annotated.")
        elif (named.name, cls) not in self._seen:
            self._seen.add((named.name, cls))
            self._class(named, cls)

    def _members(self, interface: Any) -> None:
        for member in self.schema.get_possible_types(interface):
            if member.name not in self.shapes:
                raise ShapeError(f"{member.name} is a {interface.name}, but has no shape.")

    def _class(self, graphql_type: GraphQLObjectType, cls: type) -> None:
        hints = get_type_hints(cls)
        for name, field in graphql_type.fields.items():
            attribute = snake_case(name)
            if attribute not in hints and not isinstance(getattr(cls, attribute, None), property):
                raise ShapeError(
                    f"{graphql_type.name}.{name} is in the schema, but {cls.__name__}, which it is"
                    f" made of, has no {attribute}."
                )
            hint = hints.get(attribute, Any)
            whole = f"{graphql_type.name}.{name}"
            if is_non_null(type_of(field)) and NoneType in get_args(hint):
                raise ShapeError(f"{whole} is never null, but in {cls.__name__} it may be None.")
            self._value(whole, type_of(field), hint)


_KINDS = {"Boolean": Kind.BOOLEAN, "DateTime": Kind.MOMENT}
"""What a column of these types must be, to be the same on every database."""


def _check_column(name: str, field: Column, graphql_type: Any) -> None:
    many = is_list(graphql_type)
    wanted = Kind.JSON if many else _KINDS.get(named_type(graphql_type).name, Kind.PLAIN)
    is_made = field.template != "{v}"
    if not is_made and field.kind is not wanted:
        raise ShapeError(f"{name} is {graphql_type}, but its column is {field.kind}, not {wanted}.")
    if field.nullable and is_non_null(graphql_type):
        raise ShapeError(f"{name} is never null in the schema, but its column is nullable.")
    if not (field.nullable or is_non_null(graphql_type)) and (is_made or wanted is not Kind.PLAIN):
        raise ShapeError(f"{name} may be null in the schema, but its column is not nullable.")


def _check_denial(name: str, field: Guarded, graphql_type: Any) -> None:
    if field.denial is Denial.FORBIDDEN and is_non_null(graphql_type):
        raise ShapeError(f"{name} is refused to some roles, but never null in the schema.")
    if field.denial is Denial.WHOLE and not is_non_null(graphql_type):
        raise ShapeError(f"{name} refuses the whole root field, but may be null in the schema.")
    if field.denial is Denial.NULL and is_non_null(graphql_type):
        raise ShapeError(f"{name} is null for some roles, but never null in the schema.")
    if field.denial is Denial.EMPTY and not is_list(graphql_type):
        raise ShapeError(f"{name} is an empty list for some roles, but no list in the schema.")


def _is_page(named: Any) -> bool:
    return isinstance(named, GraphQLObjectType) and "pageInfo" in named.fields


def _field_type(parent: Any, name: str) -> Any:
    return named_type(type_of(parent.fields[name])) if parent and name in parent.fields else None


def _returned(function: Callable[..., Any]) -> Any:
    return get_type_hints(function).get("return", Any)


def _class_in(hint: Any) -> type | None:
    """Return the class in an annotation: of the items of a list, of what may be None."""
    if get_origin(hint) in (Union, UnionType):
        [*members] = (each for each in get_args(hint) if each is not NoneType)
        return _class_in(members[0]) if len(members) == 1 else None
    if get_origin(hint) is not None:
        return _class_in(get_args(hint)[0])
    return hint if isinstance(hint, type) and get_type_hints(hint) else None
