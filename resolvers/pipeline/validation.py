"""Checks of an input: what is wrong with it, and texts trimmed to what can be stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.text import clean, is_storable
from workflow.enums import ErrorCode

MAX_NAME = 200
"""Characters of a title, name, brand, handle or external id."""
MAX_NOTE = 2_000
"""Characters of a reason, message or reward."""
MAX_DESCRIPTION = 10_000
MAX_URL = 2_048


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is refused, in a way that the user can act on (`UserError` to clients)."""

    code: ErrorCode
    message: str
    field: list[str] | None = None
    "The path to the invalid value in the arguments, from `input` on."


def path_of(*names: str | int) -> list[str]:
    """Return the path to a field below `input`: its names, and indices in lists."""
    return ["input", *map(str, names)]


class Form:
    """The checks of one input, with their refusals.

    A path is what follows `input` in the arguments: `"accounts", 0, "handle"`.
    """

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def refuse(self, code: ErrorCode, message: str, *path: str | int) -> None:
        """Record a refusal of the value at the path."""
        self.refusals.append(Refusal(code, message, path_of(*path)))

    def text(self, value: str, max_length: int, *path: str | int) -> str:
        """Return the text, trimmed; refuse an empty one."""
        cleaned = self.optional(value, max_length, *path)
        if cleaned is None:
            self.refuse(ErrorCode.INVALID_INPUT, "It must not be empty.", *path)
        return cleaned or ""

    def optional(self, value: str | None, max_length: int, *path: str | int) -> str | None:
        """Return the text, trimmed; None where it is missing or empty."""
        if not value:
            return None
        cleaned = clean(value)
        if problem := _problem(cleaned, max_length):
            self.refuse(ErrorCode.INVALID_INPUT, problem, *path)
            return cleaned[:max_length]
        return cleaned or None

    def texts(
        self, values: Sequence[str], max_count: int, max_length: int, *path: str | int
    ) -> list[str]:
        """Return the texts, trimmed; refuse empty ones, and too many."""
        if len(values) > max_count:
            message = f"These are {len(values):,}: at most {max_count} are taken."
            self.refuse(ErrorCode.INVALID_INPUT, message, *path)
            return []
        return [self.text(value, max_length, *path, index) for index, value in enumerate(values)]

    def reason(self, value: str | None, *path: str | int) -> str | None:
        """Return the reason, trimmed; refuse a missing one."""
        reason = self.optional(value, MAX_NOTE, *path)
        if reason is None:
            message = "Give a reason: it is kept in the history."
            self.refuse(ErrorCode.REASON_REQUIRED, message, *path)
        return reason


def _problem(text: str, max_length: int) -> str | None:
    if len(text) > max_length:
        return f"It has {len(text):,} characters: at most {max_length:,} are taken."
    if not is_storable(text):
        return "It contains a NUL or half a surrogate pair, which no text may have."
    return None
