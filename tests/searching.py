"""Search in plain Python, to compare the server's answers with."""

import unicodedata

ALIKE = {
    "\N{WAVE DASH}": "~",
    "\N{MINUS SIGN}": "-",
    "\N{HYPHEN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HORIZONTAL BAR}": "-",
    "\N{KATAKANA MIDDLE DOT}": "\N{MIDDLE DOT}",
    "\N{BULLET}": "\N{MIDDLE DOT}",
}


def finds(asked: str | None, *texts: str) -> bool:
    """Whether each word that is asked for is in one of the texts; all have no word at all."""
    words = [word.lstrip("@") for word in plain(asked or "").split()]
    return all(any(word in plain(text) for text in texts) for word in words if word)


def plain(text: str) -> str:
    """The text without what makes no difference."""
    seen = "".join(character for character in text if not _is_invisible(character))
    for _ in range(2):
        seen = unicodedata.normalize("NFKC", seen).casefold()
    seen = "".join(ALIKE.get(character, character) for character in seen)
    return " ".join("".join(" " if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in seen).split())


def _is_invisible(character: str) -> bool:
    name = unicodedata.name(character, "")
    return unicodedata.category(character) == "Cf" or name.startswith("VARIATION SELECTOR")
