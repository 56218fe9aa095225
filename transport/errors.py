"""Errors of requests as HTTP has them."""

from collections.abc import Mapping

from resolvers.errors import RequestCode


class HttpError(Exception):
    """A request that is no well-formed GraphQL request. Its text says what is wrong."""

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        code: RequestCode = "INVALID_INPUT",
    ) -> None:
        super().__init__(message)
        self.code: RequestCode = code
        self.status = status
        self.headers = headers or {}


class ClientGoneError(Exception):
    """The client hung up before it was answered."""
