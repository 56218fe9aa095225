"""How text is cleaned before it is kept, and folded before it is compared or searched."""

import unicodedata


def clean(text: str) -> str:
    """The text without white space around it."""
    return text.strip()


def fold(text: str) -> str:
    """The text as it is compared: NFKC, then case folded, so that ｱ finds ア and É finds é.

    Case folding can undo NFKC (U+0345), hence the second pass.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
