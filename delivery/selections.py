"""The selections of webhooks on `ParticipationChange`: their validation, and their payloads.

A payload holds data of one influencer only, so that it can be deleted when they are erased.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    visit,
)

from execution.engine import Engine, Params, RefusedError
from execution.errors import in_graphql
from execution.subscriptions import Subscription
from projection.internals import core_schema, named_type, type_of
from resolvers.caller import Caller
from resolvers.context import Context
from workflow.enums import Role

FIELD = "participationChanged"
MAX_PRICE = 1_000
"""The points that a selection may cost; it is executed for each event."""
READER = Caller(Role.STAFF, "webhooks")
"""The caller for whom payloads are read: they hold what staff may see."""
_OF_MANY = ("Campaign", "Plan")
"""Types whose objects belong to many influencers."""
_ONE_SELECTION = (
    "Give one selection on ParticipationChange, such as { cursor event { id action } }."
)


class SelectionError(Exception):
    """An invalid selection. Its text is for staff."""


class Selections:
    """Validates selections, and executes them for events of the feed."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = core_schema(schema)
        self._engine = Engine(schema, cost_limit=MAX_PRICE)
        self._known: dict[str, Subscription] = {}

    def problem_of(self, selection: str) -> str | None:
        """Return the reason why a selection is invalid; None if it is valid."""
        try:
            self._subscription(selection)
        except SelectionError as error:
            return str(error)
        return None

    async def render(self, selection: str, positions: Sequence[int]) -> Mapping[int, bytes]:
        """Return the result of `participationChanged` at each position, as JSON.

        Raises SelectionError if the selection is invalid, as after a change of the schema, and
        RequestError if the database did not answer.
        """
        found = self._known.get(selection)
        if found is None:
            found = self._known[selection] = self._subscription(selection)
        return await found.render(positions)

    def forget(self, but: set[str]) -> None:
        """Drop all cached selections but these."""
        for selection in self._known.keys() - but:
            del self._known[selection]

    def _subscription(self, selection: str) -> Subscription:
        text = _document(selection)
        params = Params(text, {}, None)
        try:
            _check_form(text)
            operation = self._engine.operation(params)
            found = self._engine.subscription(operation, params, Context(caller=READER))
            _check_people(self._schema, text)
        except RefusedError as error:
            messages = (in_graphql(each.message) for each in error.errors)
            raise SelectionError(" ".join(messages)) from None
        return found


def _document(selection: str) -> str:
    """Return the document of a subscription with this selection, which may lack its braces."""
    text = selection.strip()
    braced = text if text.startswith("{") else f"{{ {text}\n}}"
    return f"subscription {{ {FIELD} {braced}\n}}"  # a comment may end the selection


def _check_form(text: str) -> None:
    """Raise SelectionError unless the document is one operation with one root field."""
    try:
        [operation] = parse(text, no_location=True).definitions
        assert isinstance(operation, OperationDefinitionNode)
        [_] = operation.selection_set.selections
    except GraphQLError as error:
        raise SelectionError(in_graphql(error.message)) from None
    except (ValueError, AssertionError, RecursionError):
        raise SelectionError(_ONE_SELECTION) from None


def _check_people(schema: GraphQLSchema, text: str) -> None:
    """Raise SelectionError if a field leads from a campaign to its influencers."""
    info = TypeInfo(schema)
    visit(parse(text, no_location=True), TypeInfoVisitor(info, _People(info)))


class _People(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Refuse a field that leads to influencers from an object that belongs to many of them."""
        parent = self._info.get_parent_type()
        if parent is None or parent.name not in _OF_MANY:
            return
        named = named_type(type_of(self._info.get_field_def()))
        if named.name not in _OF_MANY and "Influencer" in _reached(named):
            raise SelectionError(
                f"`{parent.name}.{node.name.value}` leads to other influencers than the event's;"
                " a payload is about one of them. Select by `event` and `participation`."
            )


@cache
def _reached(named: Any) -> frozenset[str]:
    """Return the names of all types that can be reached from a type, its own included."""
    found, pending = {str(named.name)}, [named]
    for each in pending:
        for field in getattr(each, "fields", {}).values():
            below = named_type(type_of(field))
            if below.name not in found:
                found.add(below.name)
                pending.append(below)
    return frozenset(found)
