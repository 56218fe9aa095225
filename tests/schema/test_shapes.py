"""What shapes say of tables: the columns are there, and null only where the schema allows it."""

import re
from collections.abc import Iterator, Mapping

from tortoise import Tortoise

from projection import Computed, Derived, Shape, ToOne
from projection.internals import core_schema, is_non_null, type_of
from resolvers.shapes import SHAPES
from schema import schema

SHAPE = {shape.name: shape for shape in SHAPES}
OWN = re.compile(r"(?:\{j\}\.id = )?\{t\}\.(\w+)")
"""A column of the row itself, or the key of the one row that it refers to."""


def tables() -> dict[str, dict[str, bool]]:
    """Whether each column may be null, by table."""
    described = Tortoise.describe_models()
    return {
        model["table"]: {
            column["db_column"]: column["nullable"]
            for column in (model["pk_field"], *model["data_fields"])
        }
        for model in described.values()
    }


def needed(shape: Shape, needs: tuple[str, ...]) -> Iterator[tuple[Shape, str]]:
    """The columns that computed fields need, each with the shape whose row has it."""
    for need in needs:
        *relations, name = need.split(".")
        of = shape
        for relation in relations:
            field = of.internal.get(relation) or of.fields[relation]
            assert isinstance(field, ToOne)
            of = SHAPE[field.shape]
        if name not in of.internal:
            yield of, name


def table_of(shape: Shape, found: Mapping[str, Mapping[str, bool]]) -> Mapping[str, bool] | None:
    """The columns of a shape's table; None where its rows are made by a subquery, or in memory."""
    is_made = not shape.source or shape.source.startswith("(")
    return None if is_made else found[shape.source.removesuffix(" t")]


def test_a_field_that_is_never_null_has_a_column_that_is_never_null(db: str):
    checked, found = 0, tables()
    for shape in SHAPES:
        graphql_type = core_schema(schema).get_type(shape.name)
        table = table_of(shape, found)
        for name, field in shape.fields.items():
            sql = field.on if isinstance(field, ToOne) else getattr(field, "sql", "")
            column = OWN.fullmatch(sql)
            if table is None or column is None:
                continue
            never = is_non_null(type_of(getattr(graphql_type, "fields")[name]))  # noqa: B009
            assert not (never and table[column[1]]), f"{shape.name}.{name}"
            checked += 1
    assert checked > 60


def test_what_computed_fields_need_is_there(db: str):
    checked, found = 0, tables()
    for shape in SHAPES:
        for field in (*shape.fields.values(), *shape.internal.values()):
            if isinstance(field, Computed | Derived):
                for of, name in needed(shape, field.needs):
                    table = table_of(of, found)
                    assert table is None or name in table, f"{shape.name}: {name} of {of.name}"
                    checked += 1
    assert checked > 30
