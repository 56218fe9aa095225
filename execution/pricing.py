"""The price of an operation, in points: about how many objects its answer may have.

An object costs a point, scalars nothing. What is in a list counts as often as the list may have
objects: those asked for of a page, those given to a bulk mutation or to `nodes`, 5 of any other. So
a price is known before anything runs. It is a sum of products in which only the variables are
unknown: compiled once for an operation, it takes each request a few multiplications.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLID,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_input_object_type,
    value_from_ast_untyped,
)

from projection.internals import Path, given_arguments, is_list, named_type, type_of
from projection.listing import MAX_PAGE_SIZE, PAGE_SIZE
from resolvers.errors import RequestError

# A point is worth 3 to 10 µs of a request; what takes much longer costs more points.
LIST_SIZE = 5
"The objects of a list, where nothing says how many it has."
PAGE = 10
"Points of a page, beside its rows."
FILTER = 100
"Points of a filter: it may read very many rows to find few."
TRANSACTION = 500
"Points of a mutation, beside its payload: it locks, writes and commits."
ITEM = 10
"Points of an item that a bulk mutation is given, beside its result."
INTROSPECTED = 500
"Points of each list of introspection, however long it is. Nothing else of it costs any."
MAX_TOLD = 2**53 - 1
"A price above this is told as this: some clients read no larger number exactly."

Variables = Mapping[str, Any]
"Values as graphql-core coerced them, by name."


class PriceError(RequestError):
    """An operation costs more than is allowed: COST_LIMIT."""

    def __init__(self, price: int, limit: int, field: str) -> None:
        price = min(price, MAX_TOLD)
        message = (
            f"This operation costs {price:,} points, and {limit:,} are allowed. Most are for"
            f" `{field}`: ask for less of it, or in several requests."
        )
        super().__init__("COST_LIMIT", message)
        cost = {"limit": limit, "price": price, "field": field}
        self.extensions = {**(self.extensions or {}), "cost": cost}


# A price


class Rows(NamedTuple):
    """The rows of a page, by its arguments: numbers, names of variables, or None."""

    first: int | str | None
    last: int | str | None

    def of(self, variables: Variables) -> int:
        """Return the number of rows. One that no page takes is refused later, with its reason."""
        first, last = (variables.get(n) if isinstance(n, str) else n for n in self)
        size = last if first is None else first
        return PAGE_SIZE if size is None else min(max(size, 0), MAX_PAGE_SIZE)


class Length(NamedTuple):
    """The length of a list: a variable, or a field of an input object that is one."""

    variable: str
    field: str | None = None

    def of(self, variables: Variables) -> int:
        """Return the number of items; 0 where there is no list."""
        value = variables.get(self.variable)
        if value and self.field is not None:
            value = value.get(self.field)
        return len(value or ())


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """The mean length of a list that each item of a mutation's input has, or is left out in."""

    given: ValueNode
    "The input."
    items: str
    field: str

    def of(self, variables: Variables) -> int:
        """Return the length, rounded up; LIST_SIZE at least, as there may be more than is given."""
        given: Any = value_from_ast_untyped(self.given, dict(variables))
        items = _as_list(given.get(self.items) if given else None)
        total = sum(len(_as_list(item.get(self.field))) for item in items if item)
        return max(LIST_SIZE, ceil(total / max(len(items), 1)))


def _as_list(value: Any) -> list[Any]:
    """Return a list as it is, and for any other value the list that GraphQL takes it for."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None else [value]


Size = int | Rows | Length | Nested


class Count(NamedTuple):
    """A product of a number and of sizes that depend on variables."""

    number: int = 1
    sizes: tuple[Rows | Length | Nested, ...] = ()

    def times(self, size: Size) -> "Count":
        """Return the product with one more factor."""
        if isinstance(size, int):
            return Count(self.number * size, self.sizes)
        return Count(self.number, (*self.sizes, size))

    def of(self, variables: Variables) -> int:
        """Return the product for these values of the variables."""
        product = self.number
        for size in self.sizes:
            product *= size.of(variables)
        return product


@dataclass(frozen=True, slots=True)
class Price:
    """The price of an operation, for any values of its variables."""

    constant: int
    counts: Sequence[Count]

    def of(self, variables: Variables) -> int:
        """Return the points for these values."""
        points = self.constant
        for count in self.counts:
            points += count.of(variables)
        return points


class Pricing(NamedTuple):
    """An operation of a document that passed validation, to be priced."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]

    def price(self) -> Price:
        """Return the price: the sum over its fields. `check_cost` bounds how many they are."""
        numbers = defaultdict[tuple[Rows | Length | Nested, ...], int](int)
        for charge in _charges(self):
            for count in charge.counts:
                numbers[count.sizes] += count.number
        constant = numbers.pop((), 0)
        return Price(constant, [Count(number, sizes) for sizes, number in numbers.items()])

    def dearest(self, variables: Variables) -> str:
        """Return the path of the field that costs most by itself."""
        charges = _charges(self)
        dearest = max(charges, key=lambda charge: sum(c.of(variables) for c in charge.counts))
        return ".".join(map(str, dearest.path.as_list()))


# What each field costs by itself


class _Charge(NamedTuple):
    path: Path
    counts: Sequence[Count]


class _Selected(NamedTuple):
    """The selections of an object, or of each object of a list."""

    type: Any
    selections: Sequence[SelectionSetNode]
    path: Path | None = None
    objects: Count = Count()
    "How many such objects there are."
    list_size: Size = LIST_SIZE
    "How many objects a list in one of them has."
    nested: Mapping[str, Size] = MappingProxyType({})
    "Sizes of lists by the names of their fields, in the payload of a bulk mutation."
    part: str | None = None
    "`page` or `edge`: its rows are charged where the page is."
    is_filtered: bool = False
    "Whether the object was given an input object, by which its pages are filtered."


def _charges(pricing: Pricing) -> Iterator[_Charge]:
    root = pricing.schema.get_root_type(pricing.operation.operation)
    pending = [_Selected(root, [pricing.operation.selection_set])]
    for selected in pending:
        for parent, nodes in _collected(pricing, selected):
            field = pricing.schema.get_field(parent, nodes[0].name.value)
            if field is not None:
                counts, below = _field(pricing.schema, selected, parent, field, nodes)
                pending.append(below)
                if counts and below.path:
                    yield _Charge(below.path, counts)


def _collected(pricing: Pricing, selected: _Selected) -> Iterator[tuple[Any, list[FieldNode]]]:
    """Yield the fields that are objects: their parent type, and the nodes that the answer merges.

    What is selected on one of several types counts, whichever type the object turns out to have.
    """
    fields: dict[tuple[str, str], tuple[Any, list[FieldNode]]] = {}
    pending = [(selected.type, selections) for selections in selected.selections]
    for parent, selections in pending:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                key = parent.name, (node.alias or node.name).value
                if node.selection_set is not None:
                    fields.setdefault(key, (parent, []))[1].append(node)
                continue
            is_spread = isinstance(node, FragmentSpreadNode)
            fragment = pricing.fragments[node.name.value] if is_spread else node
            assert isinstance(fragment, FragmentDefinitionNode | InlineFragmentNode)
            condition = fragment.type_condition
            on = pricing.schema.get_type(condition.name.value) if condition else parent
            pending.append((on, fragment.selection_set))
    yield from fields.values()


def _field(
    schema: GraphQLSchema,
    selected: _Selected,
    parent: Any,
    field: GraphQLField,
    nodes: Sequence[FieldNode],
) -> tuple[Sequence[Count], _Selected]:
    """Return what a field costs by itself, and what is selected below it."""
    given = given_arguments(nodes[0])
    below = _below(selected, field, nodes)
    if parent.name.startswith("__"):
        return [Count(INTROSPECTED)] if is_list(type_of(field)) else [], below
    if parent is schema.mutation_type:
        return _mutation(below, field, given)
    is_page, filtered = "first" in field.args, _is_filtered(field, given)
    is_charged = filtered or (is_page and selected.is_filtered)
    more = [below.objects.times(FILTER)] if is_charged else []
    if is_page:
        rows = _rows(given)
        costs = [below.objects.times(PAGE), below.objects.times(rows), *more]
        return costs, below._replace(list_size=rows, part="page")
    if is_list(type_of(field)):
        size = _list_size(selected, nodes[0].name.value, field, given)
        below = below._replace(objects=below.objects.times(size))
    elif filtered:
        below = below._replace(is_filtered=True)
    if selected.part:
        return more, below._replace(part="edge" if nodes[0].name.value == "edges" else None)
    return [below.objects, *more], below


def _below(selected: _Selected, field: GraphQLField, nodes: Sequence[FieldNode]) -> _Selected:
    """Return what is selected of a field's object, as many as there are objects that have it."""
    return _Selected(
        named_type(type_of(field)),
        [node.selection_set for node in nodes if node.selection_set],
        Path(selected.path, (nodes[0].alias or nodes[0].name).value, None),
        selected.objects,
        nested=selected.nested,
    )


def _mutation(
    below: _Selected, field: GraphQLField, given: Mapping[str, ValueNode]
) -> tuple[Sequence[Count], _Selected]:
    """Return the same of a mutation. The payload of a bulk one has as many results as items.

    What its items were given lists of has such lists in the payload.
    """
    cost = below.objects.times(TRANSACTION + 1)
    for argument, name, kind in _lists_of_items(field):
        value = given.get(argument)
        items = _length(value, name)
        nested = {each: Nested(value, name, each) for each in _input_lists(kind)} if value else {}
        below = below._replace(list_size=items, nested=nested)
        return [cost, below.objects.times(ITEM).times(items)], below
    return [cost], below


# Sizes, by what is given for arguments


def _rows(given: Mapping[str, ValueNode]) -> Size:
    rows = Rows(_number(given.get("first")), _number(given.get("last")))
    return rows if any(isinstance(each, str) for each in rows) else rows.of({})


def _number(value: ValueNode | None) -> int | str | None:
    """Return a number as it is, and a variable by its name."""
    if isinstance(value, VariableNode):
        return value.name.value
    return int(value.value) if isinstance(value, IntValueNode) else None


def _list_size(
    selected: _Selected, name: str, field: GraphQLField, given: Mapping[str, ValueNode]
) -> Size:
    """Return how many objects a list has: as many as it is given ids of, if it is."""
    for key, argument in field.args.items():
        if is_list(type_of(argument)) and _names_objects(type_of(argument)):
            return _length(given.get(key))
    return selected.nested.get(name, selected.list_size)


def _lists_of_items(field: GraphQLField) -> Iterator[tuple[str, str, Any]]:
    """Yield the lists of items that a mutation takes: argument, field of it, and type of an item.

    Items are ids or input objects: a list of anything else, such as hashtags, is about one thing.
    """
    for name, argument in field.args.items():
        for key, part in getattr(named_type(type_of(argument)), "fields", {}).items():
            if is_list(type_of(part)) and _names_objects(type_of(part)):
                yield name, key, named_type(type_of(part))


def _input_lists(kind: Any) -> Iterator[str]:
    """Yield the fields of an input object that are lists of input objects."""
    for name, part in getattr(kind, "fields", {}).items():
        if is_list(type_of(part)) and is_input_object_type(named_type(type_of(part))):
            yield name


def _names_objects(given: Any) -> bool:
    return named_type(given) is GraphQLID or is_input_object_type(named_type(given))


def _is_filtered(field: GraphQLField, given: Mapping[str, ValueNode]) -> bool:
    """Return whether a query's field is given an input object."""
    return any(
        is_input_object_type(named_type(type_of(argument)))
        and not isinstance(given.get(name), NullValueNode | None)
        for name, argument in field.args.items()
    )


def _length(value: ValueNode | None, field: str | None = None) -> Size:
    """Return the length of a list, or of one that is a field of an input object."""
    if isinstance(value, VariableNode):
        return Length(value.name.value, field)
    if field is not None:
        fields = value.fields if isinstance(value, ObjectValueNode) else ()
        return _length(next((each.value for each in fields if each.name.value == field), None))
    if isinstance(value, ListValueNode):
        return len(value.values)
    # GraphQL takes a value for a list of one.
    return 0 if value is None or isinstance(value, NullValueNode) else 1
