"""The media types of a request and of its response (HTTP's content negotiation)."""

from functools import lru_cache
from typing import NamedTuple

from transport.errors import HttpError

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"


@lru_cache(maxsize=256)
def media_type_for(accept: str | None) -> str:
    """Return the media type that the client prefers, JSON by default; raise HttpError 406."""
    if not accept:
        return JSON
    ranges = [_range(part) for part in accept.split(",")]
    json, graphql = _preference(ranges, JSON), _preference(ranges, GRAPHQL_RESPONSE)
    if not json.quality and not graphql.quality:
        raise HttpError(406, f"This address answers with {GRAPHQL_RESPONSE} or {JSON}.")
    # Of equal quality: the newer one where it is named, JSON where a wildcard covers both.
    prefers_graphql = graphql >= json if graphql.is_named else graphql > json
    return GRAPHQL_RESPONSE if prefers_graphql else JSON


class _Preference(NamedTuple):
    """A client's preference for a media type, and whether it names the type."""

    quality: float
    is_named: bool


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _preference(ranges: list[tuple[str, float]], media_type: str) -> _Preference:
    """Return the preference of the most specific range that covers a media type."""
    for name in (media_type, "application/*", "*/*"):
        for range_name, quality in ranges:
            if range_name == name:
                return _Preference(quality, name == media_type)
    return _Preference(0.0, is_named=False)


@lru_cache(maxsize=256)
def check_content_type(header: str) -> None:
    """Accept JSON alone, which no form on another site's page can send."""
    name, *parameters = (piece.strip().lower() for piece in header.split(";"))
    if name != JSON:
        raise HttpError(415, f"The header Content-Type must be {JSON}.", {"Accept": JSON})
    charsets = {text.removeprefix("charset=").strip('"') for text in parameters if "=" in text}
    if not charsets <= {"utf-8", "utf8"}:
        raise HttpError(415, "The body must be UTF-8.", {"Accept": JSON})
