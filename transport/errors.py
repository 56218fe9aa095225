"""The error of a request that is not well-formed HTTP."""

from collections.abc import Mapping


class HttpError(Exception):
    """A request that is no well-formed GraphQL request. Its text says what is wrong."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
