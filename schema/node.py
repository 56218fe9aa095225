"""The interface of every object that can be requested by its id."""

import strawberry


@strawberry.interface(
    description=(
        "An object with a global id. `node` and `nodes` return it by that id, as far as the caller "
        "may see it."
    )
)
class Node:
    id: strawberry.ID = strawberry.field(
        description=(
            "The object's global id, such as `gid://joinery/Campaign/123`. Opaque: store it and "
            "send it back, do not parse it."
        )
    )
