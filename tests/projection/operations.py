"""Random operations that are valid for the schema, as hypothesis-graphql makes them.

It makes no aliases, fragments on objects, directives or variables: those are woven in here.
"""

from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectFieldNode,
    ObjectValueNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    print_ast,
    value_from_ast_untyped,
)
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from resolvers.ids import encode
from schema import schema
from tests.data import NOW
from tests.projection.reference import ALLOWED, SCHEMA
from tests.resolvers.crowd import COUNTS, SOME
from workflow.enums import Role


@dataclass
class Operation:
    """An operation that can be sent."""

    text: str
    variables: dict[str, Any]

    @property
    def other_way(self) -> dict[str, Any]:
        """The variables with every directive decided the other way."""
        return {
            name: not value if isinstance(value, bool) else value
            for name, value in self.variables.items()
        }


def operations(role: Role) -> st.SearchStrategy[Operation]:
    """Queries for what the role may see, and now and then for what it may not.

    Each of a few root fields: hypothesis-graphql makes operations of a certain size, and
    would fill nearly all of it with the fields of `nodes`.
    """
    of_role, of_staff = [_roots(one) for one in (role, Role.STAFF)]
    return st.builds(_woven, st.one_of([of_role] * 5 + [of_staff]), st.integers(0, 2**32))


def _roots(role: Role) -> st.SearchStrategy[list[DocumentNode]]:
    whole = _schema_for(role)
    fields = cast("Any", whole.query_type).fields
    return st.lists(
        st.one_of(
            [
                queries(_schema_for(role, root), custom_scalars=_VALUES, print_ast=_as_it_is)
                for root in fields
            ]
        ),
        min_size=2,
        max_size=4,
    )


def _woven(documents: list[DocumentNode], seed: int) -> Operation:
    # Hypothesis' own random numbers are small or odd too often to decide what is woven in.
    return _Weaver(Random(seed)).weave(documents)


def _as_it_is(document: DocumentNode) -> DocumentNode:
    return document


# What is asked for

_TYPES = (
    "Campaign",
    "Influencer",
    "SocialAccount",
    "Participation",
    "ParticipationEvent",
    "Post",
    "Plan",
)
_NUMBERED = st.builds(encode, st.sampled_from(_TYPES), st.integers(1, 13))


def _pair(name: str, first: int, second: int) -> str:
    return encode(name, f"{first}-{second}")


_PAIRED = st.builds(
    _pair,
    st.sampled_from(["Candidate", "PostRow"]),
    st.integers(1, 9),
    st.integers(0, 13),
)
_NO_ID = st.sampled_from(["", "x", "gid://joinery/Campaign/999999", "gid://joinery/Workflow/1"])
EXTERNAL_ID = "person {}"
_TEXTS = ["", " ", "田", "ハ", "é", "%", "_", "HANDLE1", "JP", "th", "acme", "unknown", *SOME]
_IDS = [EXTERNAL_ID.format(number) for number in (3, 4)]
_MOMENTS = ["2026-11-24T09:30:00Z", "2026-11-24T18:27:00.5+09:00", NOW.isoformat()]
_VALUES = {
    "ID": st.one_of(_NUMBERED, _NUMBERED, _NUMBERED, _PAIRED, _NO_ID).map(nodes.String),
    "String": st.sampled_from([*_TEXTS, *_IDS]).map(nodes.String),
    "Int": st.sampled_from(COUNTS).map(nodes.Int),
    "DateTime": st.sampled_from(_MOMENTS).map(nodes.String),
}
_LEFT_OUT = ("after", "before")
"""Arguments whose values only the server can make up."""


@cache
def _schema_for(role: Role, root: str | None = None) -> GraphQLSchema:
    """The schema of one root field, without what this role may not see or nobody can ask for."""
    found = build_schema(schema.as_str(), assume_valid=True)
    for name, roles in ALLOWED.items():
        if role not in roles:
            parent, _, field_name = name.partition(".")
            del cast("Any", found.type_map[parent]).fields[field_name]
    for graphql_type in found.type_map.values():
        for definition in getattr(graphql_type, "fields", {}).values():
            for argument in _LEFT_OUT:
                getattr(definition, "args", {}).pop(argument, None)
    roots = cast("Any", found.query_type).fields
    for name in [*roots]:
        # The workflow is no row, and the world has no webhooks.
        if name in ("workflow", "webhooks") or root not in (None, name):
            del roots[name]
    return found


# What is woven in


@dataclass
class _Weaver:
    """Writes a document down, another way."""

    dice: Random
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    declared: list[str] = field(default_factory=list[str])
    fragments: list[str] = field(default_factory=list[str])
    names: int = 0

    def weave(self, documents: list[DocumentNode]) -> Operation:
        selected = [
            self._selection(cast("Any", document.definitions[0]).selection_set, SCHEMA.query_type)
            for document in documents
        ]
        body = " ".join(f"... {one}" for one in selected)
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        text = "\n".join([f"query Woven{declared} {{ {body} }}", *self.fragments])
        return Operation(text, self.variables)

    def _selection(self, selected: SelectionSetNode, parent: Any) -> str:
        parts = [self._part(part, parent) for part in selected.selections]
        if self._chance(0.2):
            parts.insert(self.dice.randrange(len(parts) + 1), "__typename")
        if self._chance(0.3):
            start = self.dice.randrange(len(parts))
            stop = self.dice.randrange(start, len(parts)) + 1
            parts[start:stop] = self._fragment(" ".join(parts[start:stop]), parent.name)
        return f"{{ {' '.join(parts)} }}"

    def _fragment(self, body: str, parent: str) -> list[str]:
        """The same selections in a fragment of some kind."""
        directive = self._directive()
        match self.dice.randrange(4):
            case 0:
                return [f"... {directive} {{ {body} }}"]
            case 1:
                return [f"... on {parent} {directive} {{ {body} }}"]
            case _:
                name = self._name("F")
                self.fragments.append(f"fragment {name} on {parent} {{ {body} }}")
                again = [f"...{name}"] if self._chance(0.2) else []
                return [f"...{name} {directive}", *again]

    def _part(self, part: Any, parent: Any) -> str:
        if isinstance(part, InlineFragmentNode):
            assert part.type_condition is not None
            name = part.type_condition.name.value
            inside = self._selection(part.selection_set, SCHEMA.type_map[name])
            return f"... on {name} {self._directive()} {inside}"
        return self._field(part, parent)

    def _field(self, node: FieldNode, parent: Any) -> str:
        definition = parent.fields[node.name.value]
        of = node.name.value.capitalize()
        given = [
            f"{argument.name.value}: {self._argument(of, argument, definition.args)}"
            for argument in self._arguments(node)
        ]
        body = ""
        if node.selection_set:
            body = self._selection(node.selection_set, get_named_type(definition.type))
        arguments = f"({', '.join(given)})" if given else ""
        alias = f"{node.alias.value}: " if node.alias else ""
        # Two root fields may be the same one, with other arguments.
        aliased = parent is SCHEMA.query_type or self._chance(0.2)
        alias = f"{self._name('a')}: " if aliased else alias
        text = f"{alias}{node.name.value}{arguments}"
        again = f" {text} {body}" if self._chance(0.05) else ""
        return f"{text} {self._directive()} {body}{again}"

    def _arguments(self, node: FieldNode) -> list[Any]:
        """The arguments; of two that exclude each other mostly one at most."""
        given = list(node.arguments or ())
        for pair in (("first", "last"), ("id", "externalId")):
            both = [one for one in given if one.name.value in pair]
            if len(both) == 2 and self._chance(0.98):
                given.remove(self.dice.choice(both))
        return [one for one in given if one.name.value != "filter" or self._chance(0.4)]

    def _argument(self, of: str, argument: Any, definitions: Any) -> str:
        name, value = argument.name.value, argument.value
        if name in ("first", "last") and self._chance(0.9):
            odd = self._chance(0.02)
            value = nodes.Int(
                self.dice.choice([-1, 101]) if odd else self.dice.choice([0, 1, 2, 3, 5, 8])
            )
        if name == "externalId" and self._chance(0.9):
            value = nodes.String(EXTERNAL_ID.format(self.dice.randint(1, 13)))
        if name == "id" and of in _TYPES and self._chance(0.9):
            value = nodes.String(encode(of, self.dice.randint(1, 13)))
        if isinstance(value, ObjectValueNode):
            value = self._filter(value)
        if self._chance(0.7):
            return print_ast(value)
        return self._variable(str(definitions[name].type), value_from_ast_untyped(value))

    def _filter(self, value: ObjectValueNode) -> ObjectValueNode:
        """Return the same filter, with numbers and ids by which rows are found."""
        some = self.dice.choices(range(1, 14), k=self.dice.randint(1, 8))
        usual: dict[str, Any] = {
            "qualifyingAccountsMin": nodes.Int(self.dice.randint(0, 2)),
            "qualifyingAccountsMax": nodes.Int(self.dice.randint(0, 2)),
            "influencerIds": nodes.List([nodes.String(encode("Influencer", n)) for n in some]),
            "externalIds": nodes.List([nodes.String(EXTERNAL_ID.format(n)) for n in some]),
        }
        fields = [
            ObjectFieldNode(name=each.name, value=usual.get(each.name.value, each.value))
            for each in value.fields
        ]
        return ObjectValueNode(fields=tuple(fields))

    def _directive(self) -> str:
        """Nothing mostly, else one that decides by a variable or by a constant."""
        if self._chance(0.85):
            return ""
        name, decides = self.dice.choice(["include", "skip"]), self._chance(0.5)
        written = self._variable("Boolean!", decides) if self._chance(0.8) else _written(decides)
        return f"@{name}(if: {written})"

    def _variable(self, graphql_type: str, value: Any) -> str:
        """A new variable with this value, given or by default."""
        name = f"${self._name('v')}"
        if isinstance(value, bool) and self._chance(0.2):
            self.declared.append(f"{name}: {graphql_type} = {_written(value)}")
        else:
            self.declared.append(f"{name}: {graphql_type}")
            self.variables[name[1:]] = value
        return name

    def _name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}{self.names}"

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share


def _written(value: bool) -> str:
    return "true" if value else "false"
