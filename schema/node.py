"""What every object that can be asked for again has in common."""

import strawberry


@strawberry.interface(
    description=(
        "An object with an id by which `node` and `nodes` give it again, as far as the caller may "
        "see it."
    )
)
class Node:
    id: strawberry.ID = strawberry.field(
        description=(
            "Global id, such as `gid://joinery/Campaign/123`. Opaque: do not take it apart, only "
            "give it back."
        )
    )
