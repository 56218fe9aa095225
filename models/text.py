"""How text is cleaned before it is kept, and folded before it is compared or searched."""

import re
import unicodedata

# Unicode's Default_Ignorable_Code_Point, in which no version has taken anything back.
_NOTHING = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IGNORABLE = re.compile(f"[{_NOTHING}]")
_CONTROLS = "\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
_INVISIBLE = re.compile(f"[{_NOTHING}{_CONTROLS}]")
_BLANK = "\u2800"  # Braille without dots
_GAP = re.compile(rf"[\s\x00-\x1f\x7f-\x9f{_BLANK}]+")
_EDGES = "".join(
    [
        *(chr(code) for code in range(1, 0x3001) if chr(code).isspace()),
        *(chr(code) for code in (*range(1, 0x20), *range(0x7F, 0xA0))),
        # What has a width of zero, or seems to be a space, and means nothing at an end. Not what
        # belongs to the character before it: joiners, selectors, tags, marks of direction.
        *"\u00ad\u180e\u200b\u2060\u3164\ufeff\uffa0",
        _BLANK,
    ]
)
_ALIKE = str.maketrans(
    {
        # Encodings of Japanese disagree about which of these their dash, wave and dot are.
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u223c\u301c", "~"),
        **dict.fromkeys("\u2022\u2027\u2219\u22c5\u30fb", "\u00b7"),
    }
)


def clean(text: str) -> str:
    """Return the text without white space around it; empty if nothing of it can be seen."""
    return text.strip(_EDGES) if clean_id(text) else ""


def clean_id(text: str) -> str:
    """Return the text as `clean` does, and without invisible characters within.

    For what identifies and is compared as it is: an external id, a handle, a URL.
    """
    return _INVISIBLE.sub("", text).strip(_EDGES)


def is_visible(text: str) -> bool:
    """Return whether each character of the text can be seen: no white space is among them."""
    return not (_GAP.search(text) or _INVISIBLE.search(text))


def is_storable(text: str) -> bool:
    """Return whether a database can hold the text: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def fold(text: str) -> str:
    """Return the text as it is compared: NFKC, then case folded, so that ｱ finds ア and É finds é.

    Invisible characters go; dashes, waves and middle dots that encodings mix up are one. White
    space and control characters, of which nobody sees how many there are, are one space, and none
    at the ends: so a newline is free to part texts that are kept together. Case folding can undo
    NFKC (U+0345), hence the second pass.
    """
    seen = unicodedata.normalize("NFKC", _IGNORABLE.sub("", text)).translate(_ALIKE)
    folded = unicodedata.normalize("NFKC", seen.casefold())
    return _GAP.sub(" ", folded).strip()
