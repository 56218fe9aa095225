"""The server does not start where a type and what it is made of differ: the error says in what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
import strawberry

from projection import (
    Batched,
    Column,
    Completed,
    Computed,
    Denial,
    Derived,
    Kind,
    Run,
    Shape,
    ToMany,
    ToOne,
)
from projection.check import ShapeError, check_shapes
from projection.internals import core_schema


@strawberry.type
class Badge:
    label: str


@strawberry.type
class Book:
    title: str


@strawberry.type
class Author:
    name: str
    born: datetime | None
    is_alive: bool
    books: list[Book]
    latest: Book | None
    badge: Badge
    badges: list[Badge]


@dataclass
class BadgeValue:
    label: str


@dataclass
class OtherValue:
    text: str


@dataclass
class NullableValue:
    label: str | None


def badge(_run: Run, _name: str) -> BadgeValue:
    raise NotImplementedError


def other(_run: Run, _name: str) -> OtherValue:
    raise NotImplementedError


def nullable(_run: Run, _name: str) -> NullableValue:
    raise NotImplementedError


def unknown(_run: Run, _name: str) -> Any:
    raise NotImplementedError


async def badges(
    _run: Run, _: Mapping[str, Any], _keys: Sequence[int]
) -> dict[int, list[BadgeValue]]:
    raise NotImplementedError


async def others(
    _run: Run, _: Mapping[str, Any], _keys: Sequence[int]
) -> dict[int, list[OtherValue]]:
    raise NotImplementedError


BOOK = Shape(name="Book", source="book t", fields={"title": Column(sql="{t}.title")})
FIELDS: dict[str, Any] = {
    "name": Column(sql="{t}.name"),
    "born": Column(sql="{t}.born", kind=Kind.MOMENT, nullable=True),
    "isAlive": Column(sql="{t}.is_alive", kind=Kind.BOOLEAN),
    "books": ToMany(shape="Book", parent="{t}.id", key="{t}.author_id", order="t.id"),
    "latest": ToOne(shape="Book", on="{j}.id = {t}.latest_id"),
    "badge": Computed(compute=badge, needs=("name",)),
    "badges": Batched(parent="{t}.id", load=badges),
}


def author(**changes: Any) -> Shape:
    fields = {name: field for name, field in {**FIELDS, **changes}.items() if field}
    return Shape(name="Author", source="author t", fields=fields)


def check(shape: Shape, root: Any = Completed, graphql_type: Any = Author) -> None:
    def found() -> None:
        raise NotImplementedError

    found.__annotations__["return"] = root

    @strawberry.type
    class Query:
        found_there: Any = strawberry.field(found, graphql_type=graphql_type)
        author: Any = strawberry.field(found, graphql_type=Author)

    check_shapes(core_schema(strawberry.Schema(Query)), [shape, BOOK])


def test_a_type_and_a_shape_that_agree_are_good():
    check(author())
    check(author(), Completed[BadgeValue], Badge)
    check(author(), Completed[list[BadgeValue] | None], list[Badge])


NULLED = replace(FIELDS["name"], roles=frozenset({"x"}), denial=Denial.NULL)
BROKEN: dict[str, dict[str, Any]] = {
    "Author.name is in the schema, but not in the type's shape.": {"name": None},
    "Author.age is in the type's shape, but not in the schema.": {"age": Column(sql="{t}.age")},
    "Author.born is DateTime, but its column is PLAIN, not MOMENT.": {
        "born": Column(sql="{t}.born", nullable=True)
    },
    "Author.isAlive is Boolean!, but its column is PLAIN, not BOOLEAN.": {
        "isAlive": Column(sql="{t}.is_alive")
    },
    "Author.born may be null in the schema, but its column is not nullable.": {
        "born": Column(sql="{t}.born", kind=Kind.MOMENT)
    },
    "Author.name is never null in the schema, but its column is nullable.": {
        "name": Column(sql="{t}.name", nullable=True)
    },
    "Author.name is null for some roles, but never null in the schema.": {"name": NULLED},
    "Author.name is refused to some roles, but never null in the schema.": {
        "name": replace(NULLED, denial=Denial.FORBIDDEN)
    },
    "Author.name is an empty list for some roles, but no list in the schema.": {
        "name": replace(NULLED, denial=Denial.EMPTY)
    },
    "Author.latest is made of the shape Novel, which there is not.": {
        "latest": ToOne(shape="Novel", on="")
    },
    "Author.latest is Book in the schema, but Author in its shape.": {
        "latest": ToOne(shape="Author", on="")
    },
    "Author.books is [Book!]! in the schema, but Book in its shape.": {
        "books": ToOne(shape="Book", on="")
    },
    "Author.badge needs editor.name, but editor is no relation of Author.": {
        "badge": Computed(compute=badge, needs=("editor.name",))
    },
    "Badge.label is in the schema, but OtherValue, which it is made of, has no label.": {
        "badge": Computed(compute=other, needs=("name",))
    },
    "Badge.label is in the schema, but OtherValue, which it is made of, has no label. ": {
        "badges": Batched(parent="{t}.id", load=others)
    },
    "Badge.label is never null, but in NullableValue it may be None.": {
        "badge": Computed(compute=nullable, needs=("name",))
    },
    "Author.badge is Badge!, but of which class is not annotated.": {
        "badge": Computed(compute=unknown, needs=("name",))
    },
    "Author.name is an internal field, which clients cannot have.": {
        "name": Derived(compute=badge, needs=())
    },
}


@pytest.mark.parametrize("sentence", BROKEN)
def test_what_differs_is_named(sentence: str):
    with pytest.raises(ShapeError) as raised:
        check(author(**BROKEN[sentence]))
    assert str(raised.value) == sentence.strip()


def test_what_a_root_field_is_made_of_is_compared():
    with pytest.raises(ShapeError, match=r"^Badge.label is in the schema, but OtherValue"):
        check(author(), Completed[list[OtherValue]], list[Badge])
    with pytest.raises(ShapeError, match=r"^Query.foundThere is Badge!, but of which class"):
        check(author(), Completed, Badge)


def test_a_shape_without_a_type_is_named():
    with pytest.raises(ShapeError, match=r"^Writer has a shape, but the schema has no such type."):
        check(Shape(name="Writer", source="author t", fields=FIELDS))
