"""Texts of an input: trimmed, measured, and free of what cannot be stored."""

from collections.abc import Sequence

from models.text import clean, is_storable
from resolvers.pipeline.results import UserError
from workflow.enums import ErrorCode

NAME_LENGTH = 200
"""Titles, names, brands, handles, external ids."""
NOTE_LENGTH = 2_000
"""Reasons, messages, rewards."""
DESCRIPTION_LENGTH = 10_000
URL_LENGTH = 2_048


class Form:
    """The checks of one input: what is wrong gathers in `errors`, with the path to it.

    A path is what follows `input` in the arguments: `"accounts", 0, "handle"`.
    """

    def __init__(self) -> None:
        self.errors: list[UserError] = []

    def refuse(self, code: ErrorCode, message: str, *path: str | int) -> None:
        """Say what is wrong with the field at the path."""
        self.errors.append(UserError(code, message, ["input", *map(str, path)]))

    def text(self, value: str, longest: int, *path: str | int) -> str:
        """The text, trimmed. It must not be empty."""
        cleaned = self.optional(value, longest, *path)
        if cleaned is None:
            self.refuse(ErrorCode.INVALID_INPUT, "It must not be empty.", *path)
        return cleaned or ""

    def optional(self, value: str | None, longest: int, *path: str | int) -> str | None:
        """The text, trimmed; None where there is none."""
        cleaned = clean(value) if value else ""
        wrong = _what_is_wrong(cleaned, longest)
        if wrong:
            self.refuse(ErrorCode.INVALID_INPUT, wrong, *path)
            return cleaned[:longest]
        return cleaned or None

    def texts(self, values: Sequence[str], most: int, longest: int, *path: str | int) -> list[str]:
        """The texts, trimmed: at most so many, none empty."""
        if len(values) > most:
            message = f"These are {len(values):,}: at most {most} are taken."
            self.refuse(ErrorCode.INVALID_INPUT, message, *path)
            return []
        return [self.text(value, longest, *path, index) for index, value in enumerate(values)]

    def reason(self, value: str | None, *path: str | int) -> str | None:
        """A reason that has to be given."""
        reason = self.optional(value, NOTE_LENGTH, *path)
        if reason is None:
            message = "Give a reason: it is kept in the history."
            self.refuse(ErrorCode.REASON_REQUIRED, message, *path)
        return reason


def _what_is_wrong(text: str, longest: int) -> str | None:
    if len(text) > longest:
        return f"It has {len(text):,} characters: at most {longest:,} are taken."
    if not is_storable(text):
        return "It contains a NUL or half a surrogate pair, which no text may have."
    return None
