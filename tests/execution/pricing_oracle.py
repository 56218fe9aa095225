"""What an operation costs, found by executing it on a small schema whose lists are all full.

Operations are made up by hypothesis. A resolver is called for each parent object that there is, so
the points add up without any arithmetic on selections, fragments or variables.
"""

from typing import Any, cast

import graphql
from graphql import NullValueNode, build_schema, parse
from hypothesis import strategies as st

from execution.pricing import FILTER, ITEM, LIST_SIZE, PAGE, TRANSACTION
from projection.listing import PAGE_SIZE

SCHEMA = build_schema("""
    type Query {
        item: Item
        items: [Item!]
        page(filter: Filter, first: Int, after: String, last: Int): Connection!
        nodes(ids: [ID!]!): [Item]!
    }
    type Mutation { change(input: ChangeInput!): Payload, stop(input: StopInput!): Payload }
    type Item {
        id: ID!
        names: [String!]
        item: Item!
        items: [Item!]!
        page(filter: Filter, first: Int, after: String, last: Int): Connection
    }
    type Connection { edges: [Edge!]!, nodes: [Item!]!, info: Info!, total: Int }
    type Edge { cursor: String, node: Item! }
    type Info { end: String }
    type Payload { item: Item, results: [Item!]!, errors: [Info!] }
    input Filter { text: String }
    input ChangeInput { tags: [String!], ids: [ID!]!, note: String }
    input StopInput { id: ID!, tags: [String!] }
""")
VARIABLES = ("a: Int", "b: Int = 2", "ids: [ID!]!", "filter: Filter", "input: ChangeInput!")


def count(text: str, variables: dict[str, Any]) -> int:
    """Return the points of an operation."""
    counter = _Counter()
    execute: Any = cast("Any", graphql).execute_sync
    result = execute(SCHEMA, parse(text), {}, field_resolver=counter, variable_values=variables)
    assert not result.errors, result.errors
    return counter.points


class _Counter:
    """Resolves every field, and adds up what it costs. An object is its number of list items."""

    def __init__(self) -> None:
        self.points = 0

    def __call__(self, parent: Any, info: Any, **given: Any) -> Any:
        """Return the field's value."""
        resolve = getattr(self, f"_{info.field_name}", None)
        return resolve(parent, info, **given) if resolve else 1

    def _change(self, _: Any, __: Any, input: dict[str, Any]) -> Any:
        self.points += TRANSACTION + 1 + ITEM * len(input["ids"])
        return {"size": len(input["ids"])}

    def _stop(self, _: Any, __: Any, **_given: Any) -> Any:
        self.points += TRANSACTION + 1
        return {"size": LIST_SIZE}

    def _item(self, *_: Any) -> Any:
        self.points += 1
        return {}

    def _items(self, *_: Any) -> Any:
        return self._objects(LIST_SIZE)

    def _results(self, parent: Any, *_: Any) -> Any:
        return self._objects(parent["size"])

    _errors = _results

    def _nodes(self, parent: Any, _: Any, ids: Any = None) -> Any:
        return [{}] * parent["size"] if ids is None else self._objects(len(ids))

    def _edges(self, parent: Any, *_: Any) -> Any:
        return [{}] * parent["size"]

    def _names(self, *_: Any) -> Any:
        return ["a", "b"]

    def _page(
        self,
        _: Any,
        info: Any,
        first: int | None = None,
        last: int | None = None,
        **_given: Any,
    ) -> Any:
        size = next((n for n in (first, last) if n is not None), PAGE_SIZE)
        arguments = {node.name.value: node.value for node in info.field_nodes[0].arguments or ()}
        is_filtered = not isinstance(arguments.get("filter"), NullValueNode | None)
        self.points += PAGE + size + is_filtered * FILTER
        return {"size": size}

    def _objects(self, number: int) -> Any:
        self.points += number
        return [{} for _ in range(number)]


# Operations

_SCALARS = {
    "Query": ["__typename"],
    "Item": ["id", "names", "__typename"],
    "Connection": ["total", "info { end }"],
    "Edge": ["cursor"],
    "Payload": ["__typename"],
    "Info": ["end"],
}
_OBJECTS = {
    "Query": {"item": "Item", "items": "Item", "page": "Connection", "nodes": "Item"},
    "Item": {"item": "Item", "items": "Item", "page": "Connection"},
    "Connection": {"edges": "Edge", "nodes": "Item"},
    "Edge": {"node": "Item"},
    "Payload": {"item": "Item", "results": "Item", "errors": "Info"},
}
_NUMBERS = st.sampled_from(["0", "1", "2", "null", "$a", "$b"])
_IDS = st.lists(st.sampled_from(["x", "y"]), max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Return a valid document with values of its variables."""
    maker = _Maker(draw)
    text = maker.mutations() if draw(st.booleans()) else f"{{ {maker.selection('Query', 3)} }}"
    body = text
    for name in ("G", "F"):  # G may spread F
        if f"...{name}" in body:
            body += f" fragment {name} on Item {{ {maker.fragments[name]} }}"
    used = [each for each in VARIABLES if f"${each.partition(':')[0]}" in body]
    definitions = ", ".join(f"${each}" for each in used)
    kind = "mutation" if text.startswith("{ m") else "query"
    values = {
        "a": draw(st.none() | st.integers(0, 3)),
        "b": draw(st.none() | st.integers(0, 3)),
        "ids": draw(_IDS),
        "filter": {"text": "t"},
        "input": {"ids": draw(_IDS), "tags": ["t"] * 7},
    }
    given = {
        name: value for name, value in values.items() if value is not None or draw(st.booleans())
    }
    return f"{kind} {f'({definitions})' if definitions else ''} {body}", given


class _Maker:
    """Makes up selections. Fields with arguments have aliases of their own, so that all merge."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._aliases = 0
        self.fragments: dict[str, str] = {}
        self.fragments["F"] = self.selection("Item", 1)
        self.fragments["G"] = self.selection("Item", 1)

    def mutations(self) -> str:
        """Return one or two mutations."""
        inputs = ["$input", "{ ids: $ids }", '{ ids: ["x", "y"] }', '{ ids: "x" }', "{ ids: [] }"]
        fields = [f"change(input: {self._draw(st.sampled_from(inputs))})"]
        if self._draw(st.booleans()):
            fields.append('stop(input: { id: "x", tags: ["a", "b"] })')
        selected = [f"m{self._alias()}: {f} {{ {self.selection('Payload', 2)} }}" for f in fields]
        return f"{{ {' '.join(selected)} }}"

    def selection(self, type_name: str, depth: int) -> str:
        """Return one to three selections of an object."""
        choices = [*_SCALARS[type_name]]
        if depth:
            choices += [*_OBJECTS.get(type_name, ())] * 2
            choices += ["...", "... @include(if: true)", f"... on {type_name}"]
        if type_name == "Item":
            choices += [f"...{name}" for name in self.fragments]
        chosen = self._draw(st.lists(st.sampled_from(choices), min_size=1, max_size=3))
        return " ".join(self._selected(type_name, each, depth) for each in chosen)

    def _selected(self, type_name: str, choice: str, depth: int) -> str:
        if choice in _SCALARS[type_name] or choice.removeprefix("...") in self.fragments:
            return choice
        below = _OBJECTS.get(type_name, {}).get(choice, type_name)
        arguments = self._arguments(type_name, choice)
        alias = f"a{self._alias()}: " if arguments else ""
        if choice in _OBJECTS.get("Item", ()) or choice.startswith("..."):
            depth -= 1
        return f"{alias}{choice}{arguments} {{ {self.selection(below, depth)} }}"

    def _arguments(self, type_name: str, name: str) -> str:
        if name == "nodes" and type_name == "Query":
            ids = self._draw(st.sampled_from(["$ids", '["x", "y"]', '"x"', "[]"]))
            return f"(ids: {ids})"
        if name != "page":
            return ""
        given = {
            "first": self._draw(_NUMBERS),  # seldom left open: that makes many rows
            "last": self._draw(st.none() | _NUMBERS),
            "filter": self._draw(st.none() | st.sampled_from(["$filter", "null", '{ text: "t" }'])),
        }
        told = ", ".join(f"{key}: {value}" for key, value in given.items() if value)
        return f"({told})"

    def _alias(self) -> int:
        self._aliases += 1
        return self._aliases
