"""Top-level errors of a request; refusals that a user can act on go to `userErrors`."""

from collections.abc import Collection
from typing import Literal

from graphql import GraphQLError, ValueNode

RequestCode = Literal[
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "INVALID_INPUT",
    "REQUEST_TIMEOUT",
    "IDEMPOTENCY_KEY_REUSED",
    "ANSWER_ERASED",
    "DOCUMENT_NOT_TRUSTED",
    "PERSISTED_QUERY_NOT_FOUND",
    "PERSISTED_QUERY_NOT_SUPPORTED",
    "COST_LIMIT",
    "RATE_LIMITED",
    "SUBSCRIPTION_LIMIT",
    "SLOW_CLIENT",
    "UNAVAILABLE",
    "INTERNAL",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
]
"""Every `extensions.code` of a top-level error."""


class RequestError(GraphQLError):
    """A top-level error with a stable code. Its message is shown to the client as it is."""

    def __init__(
        self,
        code: RequestCode,
        message: str,
        path: Collection[str | int] | None = None,
        retry_after: int = 1,
    ) -> None:
        super().__init__(message, path=path, extensions={"code": code})
        self.retry_after = retry_after
        "Seconds, where the code asks to try again."


class MalformedError(GraphQLError):
    """A value that a scalar cannot read; the node is that of a literal."""

    def __init__(self, message: str, node: ValueNode | None = None) -> None:
        super().__init__(message, node, extensions={"code": "INVALID_INPUT"})
