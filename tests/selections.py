"""Selections of all that a type has."""

from functools import cache
from typing import cast

from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument


@cache
def everything_of(
    parent: GraphQLObjectType, levels: int, refused: frozenset[str] = frozenset()
) -> str:
    """Select all that is so many objects away, by way of plain values, lists and pages.

    `refused` are fields to leave out, of one type (`Campaign.capacity`) or of all (`capacity`).
    """
    parts = ["__typename"]
    for name, field in parent.fields.items():
        is_demanding = any(map(is_required_argument, field.args.values()))
        if is_demanding or not refused.isdisjoint((name, f"{parent.name}.{name}")):
            continue
        named = cast("GraphQLObjectType", get_named_type(field.type))
        if is_leaf_type(named):
            parts.append(name)
        elif "pageInfo" in named.fields and levels:
            node = cast("GraphQLObjectType", get_named_type(named.fields["nodes"].type))
            rows = f"edges {{ cursor node {{ {everything_of(node, levels - 1, refused)} }} }}"
            parts.append(f"{name} {{ totalCount pageInfo {{ startCursor endCursor }} {rows} }}")
        elif named.interfaces and levels:
            parts.append(f"{name} {{ {everything_of(named, levels - 1, refused)} }}")
        elif not named.interfaces and "pageInfo" not in named.fields:
            parts.append(f"{name} {{ {everything_of(named, levels, refused)} }}")
    return " ".join(parts)
