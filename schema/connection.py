"""Pages of lists, as Relay has them."""

from typing import Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list, and how to go on from it.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the list has something before this page."
    )
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first row, for `before`. Null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last row, for `after`. Null on an empty page."
    )


@strawberry.type(description="A row of a page, and its place in the list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(
        description=(
            "Opaque place of this row in the list, for `after` and `before`. Good only with the "
            "same field, order and filter; stays good when rows come and go."
        )
    )
    node: T = strawberry.field(description="The row itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(
        description="The rows of this page with their cursors, in the order of the list."
    )
    nodes: list[T] = strawberry.field(
        description="The rows of this page, for who needs no cursor of each."
    )
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    total_count: int = strawberry.field(
        description="How many rows the list has in all, on all pages, under its filter."
    )
