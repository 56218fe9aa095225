"""URLs of posts: the platform of a host, and when two URLs name the same post."""

import re
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from workflow.enums import Platform

HOSTS = {
    "instagram.com": Platform.INSTAGRAM,
    "instagr.am": Platform.INSTAGRAM,
    "tiktok.com": Platform.TIKTOK,
    "youtube.com": Platform.YOUTUBE,
    "youtu.be": Platform.YOUTUBE,
    "x.com": Platform.X,
    "twitter.com": Platform.X,
    "facebook.com": Platform.FACEBOOK,
    "fb.com": Platform.FACEBOOK,
    "fb.watch": Platform.FACEBOOK,
    "threads.net": Platform.THREADS,
    "threads.com": Platform.THREADS,
    "line.me": Platform.LINE,
    "lin.ee": Platform.LINE,
}
"""The domains of the platforms; their subdomains count too."""

_HOST = re.compile(r"[a-z0-9.-]+", re.ASCII)  # a backslash, say, is a slash to browsers
_TRACKING = frozenset(
    {
        "_r", "_t", "ab_channel", "dclid", "fbclid", "feature", "gclid", "ig_mid", "ig_rid",
        "igsh", "igshid", "img_index", "is_copy_url", "is_from_webapp", "mibextid", "msclkid",
        "pp", "ref", "ref_src", "ref_url", "s", "sender_device", "share_id", "si", "sk", "slof",
        "t", "twclid", "web_id", "xmt",
    }
)  # fmt: skip
_TRACKING_PREFIXES = ("utm_", "__cft__", "__tn__")


def platform_of_url(url: str) -> Platform | None:
    """Return the platform of a URL; None unless it is https, on a known host."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        secure = parts.scheme == "https" and parts.port in (None, 443)
    except ValueError:
        return None
    if not secure or parts.username is not None or not _HOST.fullmatch(host):
        return None
    labels = host.split(".")
    return next(
        (HOSTS[name] for start in range(len(labels))
         if (name := ".".join(labels[start:])) in HOSTS),
        None,
    )  # fmt: skip


def normalized(url: str) -> str:
    """Return the URL as it is compared, without what does not identify the post.

    The host's case, `www.` and `m.`, the default port, the fragment, tracking parameters, their
    order, and a trailing slash go.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").removeprefix("www.").removeprefix("m.")
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _TRACKING and not name.lower().startswith(_TRACKING_PREFIXES)
    ]
    return urlunsplit(("https", host, parts.path.rstrip("/"), urlencode(sorted(query)), ""))


def digest(url: str) -> str:
    """Return the SHA-256 of the normalized URL, in hexadecimal: equal for the same post."""
    return sha256(normalized(url).encode()).hexdigest()
