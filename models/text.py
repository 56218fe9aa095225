"""How text is cleaned before it is kept, and folded before it is compared or searched."""

import re
import unicodedata

_GAP = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def clean(text: str) -> str:
    """Return the text without white space around it."""
    return text.strip()


def is_storable(text: str) -> bool:
    """Return whether a database can hold the text: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def fold(text: str) -> str:
    """Return the text as it is compared: NFKC, then case folded, so that ｱ finds ア and É finds é.

    White space and control characters, of which nobody sees how many there are, are one space: so a
    newline is free to part texts that are kept together. Case folding can undo NFKC (U+0345), hence
    the second pass.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _GAP.sub(" ", folded)
