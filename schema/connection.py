"""Pages of lists, as Relay's connections define them."""

from typing import Generic, TypeVar

import strawberry

T = TypeVar("T")


@strawberry.type(
    description="The position of a page in its list, and the cursors to go on from the page."
)
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether the list has more rows after the page."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether the list has more rows before the page."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the page's first row, for `before`. Null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the page's last row, for `after`. Null on an empty page."
    )


@strawberry.type(description="A row of a page, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(
        description=(
            "The row's position in the list, for `after` or `before`. Opaque. Valid only "
            "with the same field, order and filter, and also after rows have come or gone."
        )
    )
    node: T = strawberry.field(description="The row at the cursor.")


@strawberry.type(
    description=(
        "A page of a list, as Relay's connections define it. Select `nodes`, or `edges` where the "
        "cursor of each row is needed."
    )
)
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(
        description="The rows of the page with their cursors, in the order of the list."
    )
    nodes: list[T] = strawberry.field(
        description="The rows of the page without cursors, in the order of the list."
    )
    page_info: PageInfo = strawberry.field(description="The position of the page in the list.")
    total_count: int = strawberry.field(
        description="The number of rows on all pages of the list, under the same filter."
    )
