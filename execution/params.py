"""The parameters of a GraphQL request, whatever protocol brought them."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Params:
    """What a GraphQL request asks for."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
