"""Checks of an input: what is wrong with it, and texts trimmed to what can be stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.text import clean, clean_id, is_storable
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


class Malformed(str):
    """A text in a mutation's input that its scalar could not read, with the reason.

    The field's type says otherwise; the form refuses it.
    """

    __slots__ = ("message",)

    def __new__(cls, text: str, message: str) -> "Malformed":
        """Make it of the text as given."""
        made = super().__new__(cls, text)
        made.message = message
        return made

    message: str


class Form:
    """The checks of one input, with their refusals: all that is wrong with it.

    A path is what follows `input` in the arguments: `"accounts", 0, "handle"`.
    """

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def refuse(self, code: ErrorCode, message: str, *path: str | int) -> None:
        """Record a refusal of the value at the path."""
        self.refusals.append(Refusal(code, message, path_of(*path)))

    def text(self, value: str, max_length: int, *path: str | int) -> str:
        """Return the text, trimmed; refuse an empty one. What is refused is empty."""
        if not clean(value) and not isinstance(value, Malformed):
            self.refuse(ErrorCode.INVALID_INPUT, "It must not be empty.", *path)
            return ""
        return self.optional(value, max_length, *path) or ""

    def identifier(self, value: str, max_length: int, *path: str | int) -> str:
        """Return the text, without what nobody sees; refuse an empty one."""
        seen = value if isinstance(value, Malformed) else clean_id(value)
        return self.text(seen, max_length, *path)

    def optional(self, value: str | None, max_length: int, *path: str | int) -> str | None:
        """Return the text, trimmed; None where it is missing or empty, or refused."""
        if value is None:
            return None
        problems = _problems(value, max_length)
        for problem in problems:
            self.refuse(ErrorCode.INVALID_INPUT, problem, *path)
        return None if problems else clean(value) or None

    def moment(self, value: datetime | None, *path: str | int) -> datetime | None:
        """Return the moment; refuse a text that is none."""
        if isinstance(value, Malformed):
            self.refuse(ErrorCode.INVALID_INPUT, value.message, *path)
            return None
        return value

    def texts(
        self, values: Sequence[str], max_count: int, max_length: int, *path: str | int
    ) -> list[str]:
        """Return the texts, trimmed; refuse empty ones, and too many."""
        if len(values) > max_count:
            message = f"These are {len(values):,}: at most {max_count} are taken."
            self.refuse(ErrorCode.INVALID_INPUT, message, *path)
        kept = enumerate(values[:max_count])
        return [self.text(value, max_length, *path, index) for index, value in kept]

    def reason(self, value: str | None, *path: str | int) -> str | None:
        """Return the reason, trimmed; refuse a missing one."""
        if not clean(value or ""):
            message = "Give a reason: it is kept in the history."
            self.refuse(ErrorCode.REASON_REQUIRED, message, *path)
        return self.optional(value, MAX_NOTE, *path)


def _problems(text: str, max_length: int) -> list[str]:
    if isinstance(text, Malformed):
        return [text.message]
    found = list[str]()
    if (length := len(clean(text))) > max_length:
        found.append(f"It has {length:,} characters: at most {max_length:,} are taken.")
    if not is_storable(text):
        found.append("It contains a NUL or half a surrogate pair, which no text may have.")
    return found
