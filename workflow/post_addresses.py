"""Addresses of posts: the platform of a URL, and when two URLs name the same post.

`_FORMS` is the table of the forms that each platform has. An address of a known form is that post,
by the platform's own id: hosts, names, and parameters that do not name the post make no difference.
Other addresses on the platform are compared as text, short links too, which only the platform can
resolve. The rules are docs/rules.md#addresses-of-posts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from workflow.enums import Platform


@dataclass(frozen=True, slots=True)
class PostAddress:
    """A URL on a platform."""

    platform: Platform
    compared: str
    "The text that is equal for the same post."
    is_post: bool
    "False for what is known to be none: a profile, a home page, a redirector."
    is_short_link: bool
    "Whether only the platform can tell which post it is."

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what is compared, in hexadecimal."""
        return _sha256(self.compared)


class Forms(NamedTuple):
    """The addresses on one platform, as patterns that are tried in this order.

    A pattern is a path, after `//` one with its host, and perhaps one parameter. It is a regular
    expression in which NAME is any part of a path, REST any number of them, and ID, or CODE for
    one of another form, what names the post. More parts may follow in a post's path.
    """

    domains: Sequence[str]
    "Their subdomains count too."
    id: str
    short_links: Sequence[str]
    posts: Sequence[str]
    no_posts: Sequence[str]
    example: str
    nameless: Sequence[str]
    "Forms without a name, with `ID` for the id. The first is used unless another is more alike."


_FORMS = {
    Platform.INSTAGRAM: Forms(
        domains=("instagram.com",),
        id=r"(?!audio/)(?P<id>[\w-]+)",
        short_links=("share/CODE", "share/(p|reel|tv)/CODE"),
        posts=("(p|reel|reels|tv)/ID", "NAME/(p|reel|reels|tv)/ID", "stories/NAME/ID"),
        no_posts=(
            "", "NAME", "NAME/(channel|feed|followers|following|p|reel|reels|saved|tagged|tv)",
            "stories/NAME", "(accounts|direct|explore|reels/audio)/REST",
            "//(l|about|business|help).instagram.com/REST",
        ),
        example="https://www.instagram.com/reel/C1a2b3c4d5e/",
        nameless=("https://www.instagram.com/p/ID/",),
    ),
    Platform.TIKTOK: Forms(
        domains=("tiktok.com",),
        id=r"(?P<id>\d+)(?:\.html)?",
        short_links=("//(vm|vt).tiktok.com/CODE", "t/CODE"),
        posts=(
            "NAME/(video|photo)/ID", "NAME/NAME/(video|photo)/ID", "@NAME/ID", "v/ID", "embed/ID",
            "embed/(v2|v3)/ID", "player/v1/ID", "share/video/ID", "i18n/share/video/ID",
        ),
        no_posts=(
            "", "NAME", "@NAME/(collection|live|playlist)/REST", "@NAME/(live|photo|video)",
            "(discover|link|login|music|place|redirect|search|tag)/REST",
        ),
        example="https://www.tiktok.com/@name/video/7300000000000000000",
        nameless=("https://www.tiktok.com/embed/v2/ID",),
    ),
    Platform.YOUTUBE: Forms(
        domains=("youtube.com", "youtu.be"),
        # It reads the first eleven characters.
        id=r"(?!videoseries|live_stream)(?P<id>[\w-]{1,11})[^/]*",
        short_links=("clip/CODE",),
        posts=(
            "(watch|watch_popup)?v=ID", "(watch|shorts|live|embed|v|e|video)/ID", "//youtu.be/ID",
            "post/CODE", "(channel|c|user)/NAME/(community|posts)?lb=CODE",
            "@NAME/(community|posts)?lb=CODE",
        ),
        no_posts=(
            "", "NAME", "(channel|c|user)/REST", "@NAME/REST", "embed/REST",
            "(account|feed|gaming|hashtag|premium|signin)/REST",
            "NAME/(about|community|featured|live|playlists|shorts|streams|videos)",
        ),
        example="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        nameless=("https://www.youtube.com/watch?v=ID", "https://www.youtube.com/post/ID"),
    ),
    Platform.X: Forms(
        domains=("x.com",),
        id=r"(?P<id>\d+)",
        short_links=(),
        posts=(
            "NAME/(status|statuses)/ID", "statuses/ID", "i/web/status/ID", "i/videos/ID",
            "i/videos/tweet/ID", "embed/tweet.html?id=ID",
        ),
        no_posts=(
            "", "NAME", "NAME/(articles|followers|following|highlights|likes|lists|media|photo)",
            "NAME/(status|statuses|with_replies)", "(hashtag|intent|search|settings|share)/REST",
            "i/(bookmarks|communities|flow|lists|moments|redirect|user)/REST", "i/redirect",
        ),
        example="https://x.com/name/status/1700000000000000000",
        nameless=("https://x.com/i/web/status/ID",),
    ),
    Platform.FACEBOOK: Forms(
        domains=("facebook.com", "fb.watch"),
        id=r"(?P<id>\d+|pfbid\w+)",
        short_links=("//fb.watch/CODE", "//fb.watch/v/CODE", "share/CODE", "share/(p|r|v)/CODE"),
        posts=(
            "NAME/(posts|videos|photos)/NAME/ID",
            "NAME/(posts|videos|photos|reel|reels|activity)/ID",
            "(reel|reels)/ID", "groups/NAME/(posts|permalink)/ID",
            "groups/NAME?multi_permalinks=ID", "(permalink|story).php?story_fbid=ID",
            "(photo|photo.php)?fbid=ID", "(watch|watch/live|video.php|video/video.php)?v=ID",
            "video/embed?video_id=ID",
        ),
        no_posts=(
            "", "NAME", "groups/NAME", "(events|flx|hashtag|login|marketplace|pages|people)/REST",
            "NAME/(about|community|events|followers|following|friends|groups|likes|live|mentions)",
            "NAME/(photos|photos_by|posts|reels|reels_tab|reviews|videos)",
            "(dialog|plugins|sharer)/REST", "//(l|lm|help|business).facebook.com/REST",
        ),
        example="https://www.facebook.com/name/posts/1000000000000000",
        nameless=(
            "https://www.facebook.com/permalink.php?story_fbid=ID",
            "https://www.facebook.com/reel/ID", "https://www.facebook.com/watch?v=ID",
            "https://www.facebook.com/video.php?v=ID", "https://www.facebook.com/photo?fbid=ID",
        ),
    ),
    Platform.THREADS: Forms(
        domains=("threads.com",),
        id=r"(?P<id>[\w-]+)",
        short_links=(),
        posts=("NAME/post/ID", "t/ID", "post/ID"),
        no_posts=(
            "", "NAME", "NAME/(media|post|replies|reposts)", "(intent|login|search|tag)/REST",
            "//(l|help).threads.com/REST",
        ),
        example="https://www.threads.com/@name/post/C1a2b3c4d5e",
        nameless=("https://www.threads.com/t/ID",),
    ),
    Platform.LINE: Forms(
        domains=("line.me", "lin.ee"),
        id=r"(?P<id>\d+)",
        short_links=("//lin.ee/CODE",),
        # LINE VOOM, which was the timeline.
        posts=("post/NAME/ID", "post/ID", "R/home/public/post?postId=ID"),
        no_posts=(
            "", "NAME", "user/NAME", "(ti|R/ti|R/home/public/(main|profile))/REST",
            "R/home/public/(main|profile)", "//(liff|page|store).line.me/REST",
        ),
        example="https://linevoom.line.me/post/1170000000000000000",
        nameless=("https://linevoom.line.me/post/ID",),
    ),
}  # fmt: skip
_ALIASES = {
    "fb.com": "facebook.com",
    "instagr.am": "instagram.com",
    "threads.net": "threads.com",
    "twitter.com": "x.com",
    "youtube-nocookie.com": "youtube.com",
}
_HOST = re.compile(r"[a-z0-9.-]+", re.ASCII)  # a backslash, say, is a slash to browsers
_WORD = re.compile(r"/([a-z]+)")
_MOBILE = re.compile(r"(www\.)?((m|mbasic|mobile|web)\.)?")
_TRACKING = frozenset(
    {
        "_d", "_r", "_t", "ab_channel", "cxt", "dclid", "fbclid", "feature", "gclid", "ig_mid",
        "ig_rid", "igsh", "igshid", "img_index", "is_copy_url", "is_from_webapp", "mibextid",
        "msclkid", "pp", "rdid", "ref", "ref_src", "ref_url", "s", "sec_user_id", "sender_device",
        "share_app_id", "share_id", "share_item_id", "share_link_id", "share_url", "si", "sk",
        "slof", "source", "t", "tt_from", "twclid", "u_code", "web_id", "xmt",
    }
)  # fmt: skip
_TRACKING_PREFIXES = ("utm_", "__cft__", "__tn__")


def read(url: str) -> PostAddress | None:
    """Return what a URL names; None unless it is https, on a host of a known platform."""
    host = _host(url)
    platform = _platform(host)
    if host is None or platform is None:
        return None
    where, parameters = f"{host}/{'/'.join(_path(url))}", _parameters(url)
    patterns = _COMPILED[platform]
    if (found := _first(patterns.short_links, where, parameters)) is not None:
        compared = f"{platform}:short:{found}"
        return PostAddress(platform, compared, is_post=True, is_short_link=True)
    if (found := _first(patterns.posts, where, parameters)) is not None:
        return PostAddress(platform, f"{platform}:{found}", is_post=True, is_short_link=False)
    is_post = _first(patterns.no_posts, where, parameters) is None
    return PostAddress(platform, normalized(url), is_post=is_post, is_short_link=False)


def is_short_link(url: str) -> bool:
    """Return whether only the platform can tell which post the URL names."""
    found = read(url)
    return found is not None and found.is_short_link


def digest(url: str) -> str:
    """Return the digest of any URL; of one on no known platform, that of its normal form."""
    found = read(url)
    return found.digest if found else _sha256(normalized(url))


def without_name(url: str) -> str:
    """Return an address of the same post without the name of its creator.

    It has the same digest if the form of the address is known. Otherwise only the platform is left.
    """
    found = read(url)
    if found is None:
        return "https://unknown.invalid/"
    if found.is_short_link:
        return normalized(url).partition("?")[0]
    for address in _nameless(found, _path(url)):
        if (other := read(address)) is not None and other.compared == found.compared:
            return address
    return f"https://{_FORMS[found.platform].domains[0]}/"


def _nameless(found: PostAddress, path: Sequence[str]) -> list[str]:
    """Return addresses that may be of the same post, those of a similar form first."""
    prefix = f"{found.platform}:"
    if not found.compared.startswith(prefix):
        return []

    def is_another(form: str) -> bool:
        word = _WORD.match(urlsplit(form).path)
        return word is None or not any(part.startswith(word[1]) for part in path)

    forms = sorted(_FORMS[found.platform].nameless, key=is_another)
    return [form.replace("ID", found.compared.removeprefix(prefix)) for form in forms]


def example(platform: Platform) -> str:
    """Return the address of a post on the platform."""
    return _FORMS[platform].example


def normalized(url: str) -> str:
    """Return the URL as it is compared where its form is not known.

    What goes: the host's case, `www.` and mobile hosts, the default port, the fragment, tracking
    parameters, the order of the others, dot segments, empty parts of the path, and
    percent-encoding that is not needed.
    """
    query = sorted(
        (name, value)
        for name, value in _parameters(url)
        if name.lower() not in _TRACKING and not name.lower().startswith(_TRACKING_PREFIXES)
    )
    host = _MOBILE.sub("", _host(url) or "", count=1)
    path = "".join(f"/{quote(part, safe='', errors='surrogateescape')}" for part in _path(url))
    return f"https://{host}{path}{'?' if query else ''}{urlencode(query, errors='surrogateescape')}"


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# The parts of a URL


def _host(url: str) -> str | None:
    """Return the host in lower case, with the domain's first name; None if it is not safe."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
        secure = parts.scheme == "https" and parts.port in (None, 443)
    except ValueError:
        return None
    if not secure or parts.username is not None or not _HOST.fullmatch(host):
        return None
    for alias, domain in _ALIASES.items():
        if host == alias or host.endswith(f".{alias}"):
            return host.removesuffix(alias) + domain
    return host


def _platform(host: str | None) -> Platform | None:
    labels = (host or "").split(".")
    names = (".".join(labels[start:]) for start in range(len(labels)))
    return next((_PLATFORMS[name] for name in names if name in _PLATFORMS), None)


def _path(url: str) -> list[str]:
    """Return the parts of the path as a browser asks for it, decoded, without empty ones."""
    parts: list[str] = []
    for encoded in urlsplit(url).path.replace("\\", "/").split("/"):
        part = unquote_to_bytes(encoded).decode(errors="surrogateescape")
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return parts


def _parameters(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True, errors="surrogateescape")


# Patterns


class _Pattern(NamedTuple):
    where: re.Pattern[str]
    "Host and path."
    parameter: str = ""
    value: re.Pattern[str] = re.compile("")

    def find(self, where: str, parameters: Sequence[tuple[str, str]]) -> str | None:
        """Return the id in an address of this form, empty where it has none; None in others."""
        found = self.where.fullmatch(where)
        if found and self.parameter:
            values = {value for name, value in parameters if name == self.parameter}
            # With several, it depends on the platform which one counts.
            found = self.value.fullmatch(values.pop()) if len(values) == 1 else None
        return found and found.groupdict().get("id", "")


def _first(
    patterns: Sequence[_Pattern], where: str, parameters: Sequence[tuple[str, str]]
) -> str | None:
    found = (pattern.find(where, parameters) for pattern in patterns)
    return next((name for name in found if name is not None), None)


class _Patterns(NamedTuple):
    short_links: Sequence[_Pattern]
    posts: Sequence[_Pattern]
    no_posts: Sequence[_Pattern]


def _compiled(forms: Forms) -> _Patterns:
    return _Patterns(
        [_pattern(pattern, forms.id) for pattern in forms.short_links],
        [_pattern(pattern, forms.id, tail="(/.*)?") for pattern in forms.posts],
        [_pattern(pattern, forms.id) for pattern in forms.no_posts],
    )


def _pattern(pattern: str, id_: str, tail: str = "") -> _Pattern:
    tokens = {"ID": id_, "CODE": r"(?P<id>[\w-]+)", "NAME": "[^/]+", "/REST": "(/.*)?"}

    def expression(text: str) -> re.Pattern[str]:
        for token, meaning in tokens.items():
            text = text.replace(token, meaning)
        return re.compile(text, re.ASCII | re.IGNORECASE)

    path, _, query = pattern.removeprefix("//").partition("?")
    parameter, _, value = query.partition("=")
    host = "" if pattern.startswith("//") else "[^/]+/"
    where = expression(f"{host}{path}{'' if query else tail}")
    return _Pattern(where, parameter, expression(value)) if query else _Pattern(where)


def _domains() -> Iterator[tuple[str, Platform]]:
    for platform, forms in _FORMS.items():
        yield from ((domain, platform) for domain in forms.domains)


_PLATFORMS = dict(_domains())
_COMPILED = {platform: _compiled(forms) for platform, forms in _FORMS.items()}
