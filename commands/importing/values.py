"""Values of cells: numbers, platforms, countries and handles, in forms that mean one thing only.

Each function raises ValueError, which says what is wrong, for what could mean two things.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

import orjson
import pycountry

from models.countries import COUNTRIES
from models.text import clean, fold
from resolvers.audience_sql import MAX_FOLLOWERS
from workflow.enums import Platform

_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,' ’_\u00a0\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.ASCII)

# Names that people write, and that ISO 3166 has not, or has differently.
_OTHER_NAMES = {
    "bosnia & herzegovina": "BA", "brunei": "BN", "burma": "MM", "cape verde": "CV",
    "cote d'ivoire": "CI", "great britain": "GB", "holland": "NL", "hong kong sar": "HK",
    "hong kong sar china": "HK", "ivory coast": "CI", "korea, south": "KR", "kosovo": "XK",
    "macao sar": "MO", "macao sar china": "MO", "macau": "MO", "macedonia": "MK",
    "palestine": "PS", "republic of korea": "KR", "russia": "RU", "swaziland": "SZ",
    "the netherlands": "NL", "the philippines": "PH", "trinidad & tobago": "TT", "turkey": "TR",
    "turkiye": "TR", "u.k.": "GB", "u.s.": "US", "u.s.a.": "US", "uae": "AE", "uk": "GB",
    "vatican city": "VA", "日本": "JP",
}  # fmt: skip
_TWO_COUNTRIES = frozenset({"congo"})
"""ISO's short name for one of two countries that people call so."""

_OTHER_PLATFORMS = {"TWITTER": Platform.X}
_NAME = r"@?(?P<name>[\w.-]+)"
_AT = r"@(?P<name>[^/?#\s@]+)"
_FORMS = {
    Platform.INSTAGRAM: r"(?:instagram\.com|instagr\.am)/" + _NAME,
    Platform.TIKTOK: r"tiktok\.com/" + _AT,
    Platform.YOUTUBE: r"youtube\.com/" + _AT,
    Platform.X: r"(?:x|twitter)\.com/" + _NAME,
    Platform.FACEBOOK: r"(?:facebook|fb)\.com/" + _NAME,
    Platform.THREADS: r"threads\.(?:net|com)/" + _AT,
}
_PROFILES = {
    platform: re.compile(
        rf"(?:https?://)?(?:www\.|m\.|web\.|mobile\.)?{form}/?(?:[?#].*)?", re.IGNORECASE
    )
    for platform, form in _FORMS.items()
}
# Pages that have the address of a profile.
_PAGES = frozenset(
    {
        "about", "accounts", "direct", "events", "explore", "groups", "hashtag", "help", "home",
        "i", "intent", "login", "messages", "notifications", "p", "pages", "people",
        "permalink.php", "photo", "photo.php", "privacy", "profile.php", "reel", "reels",
        "search", "settings", "share", "sharer", "sharer.php", "signup", "stories", "story.php",
        "tv", "watch",
    }
)  # fmt: skip


def shown(value: object) -> str:
    """Return a value as messages quote it: a text in quotes, any other as JSON has it."""
    text = repr(value) if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= 80 else f"{text[:80]}…"


def number(cell: str) -> int:
    """Return a number of followers, which is written in digits alone."""
    text = cell.strip()
    if not _DIGITS.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a plain number: {_plain_form(text)}")
    if len(text) > 100 or int(text) > MAX_FOLLOWERS:
        raise ValueError(f"{shown(text)} is too large: {MAX_FOLLOWERS:,} is the most")
    return int(text)


def _plain_form(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text)
    if _DIGITS.fullmatch(narrow) or _GROUPED.fullmatch(narrow):
        return f"write {''.join(_DIGITS.findall(narrow))[:20]}"
    return "write it in digits alone, such as 210000"


def identifier(cell: str) -> str:
    """Return an id; refuse none, and one that a spreadsheet has taken for a number and rounded."""
    if not clean(cell):
        raise ValueError("it must not be empty")
    if _ROUNDED.fullmatch(cell.strip()):
        raise ValueError(f"{shown(cell)} is an id that a spreadsheet has rounded: give all of it")
    return cell


def platform(cell: str) -> Platform:
    """Return the platform of a name, in any case."""
    name = cell.strip().upper()
    try:
        return _OTHER_PLATFORMS.get(name) or Platform(name)
    except ValueError:
        known = ", ".join(Platform)
        raise ValueError(f"{shown(cell)} is no platform: known are {known}") from None


def country(cell: str) -> str | None:
    """Return the code of a country, given by its code or an English name; None for a blank."""
    text = clean(cell)
    if not text or text in COUNTRIES:
        return text or None
    return _country_of(text)


@lru_cache(maxsize=1_000)
def _country_of(text: str) -> str:
    name = fold(text).replace("’", "'")
    code = _OTHER_NAMES.get(name, "")
    if not code and name not in _TWO_COUNTRIES and not name.isdecimal():
        try:
            code = pycountry.countries.lookup(name).alpha_2
        except LookupError:
            code = name.upper()
    if code not in COUNTRIES:
        raise ValueError(f"{shown(text)} is no country by a name known here: give its code, as JP")
    return code


def handle(cell: str, of: Platform) -> str:
    """Return a handle, which may have an `@` before it or be the URL of the profile.

    LINE's own ids begin with `@`, so there it stays.
    """
    text = cell.strip()
    if text and (text in _NO_ACCOUNT or not re.search(r"\w", text) or len(text.split()) > 1):
        raise ValueError(f"{shown(text)} is no handle: leave it empty where there is no account")
    if "/" in text:
        return _handle_of_url(text, of)
    if text.lower().startswith("www."):
        raise ValueError(f"{shown(text)} is no handle: give the one of the profile on {of}")
    return text if of is Platform.LINE else text.removeprefix("@")


_NO_ACCOUNT = {"なし", "無し"}  # and dashes of any kind


def _handle_of_url(url: str, of: Platform) -> str:
    for platform, form in _PROFILES.items():
        found = form.fullmatch(url)
        if found and (name := unquote(found["name"])).lower() not in _PAGES:
            if platform is not of:
                raise ValueError(f"{shown(url)} is a profile on {platform}, not on {of}")
            return name
    raise ValueError(f"{shown(url)} is neither a handle nor the URL of a profile on {of}")
