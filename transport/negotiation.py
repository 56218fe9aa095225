"""The media types and codings of a request and of its response (HTTP's content negotiation)."""

import re
from functools import lru_cache
from typing import NamedTuple

from transport.errors import HttpError

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"

_UTF_8 = {"utf-8", "utf8", "us-ascii", "ascii"}
"Names of UTF-8, and of what is part of it."


@lru_cache(maxsize=256)
def media_type_for(accept: str | None) -> str:
    """Return the media type that the client prefers, JSON by default; raise HttpError 406.

    Some clients name `text/event-stream` beside the other types in every request. So it is
    preferred only if no other type has a higher quality, or the same quality and an earlier place.
    """
    ranges = [_range(part) for part in _split(accept or "", ",")]
    if not ranges:
        return JSON
    json, graphql = _preference(ranges, JSON), _preference(ranges, GRAPHQL_RESPONSE)
    events = _preference(ranges, EVENT_STREAM)
    if events.is_named and events.quality:
        rivals = [each for each in (json, graphql) if each.quality]
        if all(events.comes_before(each) for each in rivals):
            return EVENT_STREAM
    if not json.quality and not graphql.quality:
        raise HttpError(406, f"This address answers with {GRAPHQL_RESPONSE} or {JSON}.")
    # Of equal quality: the newer one where it is named, JSON where a wildcard covers both.
    prefers_graphql = graphql[:2] >= json[:2] if graphql.is_named else graphql[:2] > json[:2]
    return GRAPHQL_RESPONSE if prefers_graphql else JSON


@lru_cache(maxsize=256)
def accepts_events(accept: str | None) -> bool:
    """Return whether the client names `text/event-stream`; `*/*` is not enough for a stream."""
    events = _preference([_range(part) for part in _split(accept or "", ",")], EVENT_STREAM)
    return events.is_named and events.quality > 0


class _Preference(NamedTuple):
    """A client's preference for a media type, and whether it names the type."""

    quality: float
    is_named: bool
    place: int = 0
    "The index of the matching range in the header."

    def comes_before(self, other: "_Preference") -> bool:
        """Return whether it is preferred: by quality, then by place."""
        return (self.quality, -self.place) > (other.quality, -other.place)


def _range(part: str) -> tuple[str, float]:
    name, parameters = _parameters(part)
    try:
        return name, min(1.0, max(0.0, float(parameters.get("q", "1"))))
    except ValueError:
        return name, 0.0


def _preference(ranges: list[tuple[str, float]], media_type: str) -> _Preference:
    """Return the preference of the most specific range that covers a media type."""
    for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        for place, (range_name, quality) in enumerate(ranges):
            if range_name == name:
                return _Preference(quality, name == media_type, place)
    return _Preference(0.0, is_named=False)


@lru_cache(maxsize=256)
def check_content_type(header: str) -> None:
    """Accept JSON alone, which no form on another site's page can send; raise HttpError 415.

    Of its parameters only `charset` says how to read the body.
    """
    name, parameters = _parameters(header)
    if name != JSON:
        raise HttpError(415, f"The header Content-Type must be {JSON}.", {"Accept": JSON})
    if parameters.get("charset", "utf-8") not in _UTF_8:
        raise HttpError(415, "The body must be UTF-8.", {"Accept": JSON})


def check_content_encoding(header: str) -> None:
    """Accept a body that is not compressed; raise HttpError 415."""
    if {coding.strip().lower() for coding in _split(header, ",")} - {"identity"}:
        message = "The body must not be compressed."
        raise HttpError(415, message, {"Accept-Encoding": "identity"})


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: str | None) -> bool:
    """Return whether a client names gzip; one that names nothing would take anything, says HTTP."""
    codings = map(_range, _split(accept_encoding or "", ","))
    return any(name == "gzip" and quality > 0 for name, quality in codings)


def _parameters(text: str) -> tuple[str, dict[str, str]]:
    """Return a media type and its parameters, all in lower case and without quotes."""
    name, *parameters = (piece.strip().lower() for piece in _split(text, ";") or [""])
    pairs = (parameter.partition("=") for parameter in parameters)
    return name, {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator, but not within quotes; empty pieces are left out."""
    pieces = re.findall(rf'(?:"(?:[^"\\]|\\.)*+"?|[^{separator}"])+', text)
    return [piece for piece in pieces if piece.strip()]
