"""The check of a page's origin: browsers open WebSockets to any host, without a CORS preflight."""

from collections.abc import Sequence

from transport.request import Incoming

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def may_open(request: Incoming, origins: Sequence[str]) -> bool:
    """Return whether a request comes from a program, this host's pages, or one of `origins`."""
    origin = request.header(b"origin")
    if origin is None or "*" in origins or origin.lower() in origins:
        return True
    scheme, _, host = origin.lower().partition("://")
    ours = (request.header(b"host") or "").lower()
    port = _DEFAULT_PORTS.get(scheme, "")
    return host.removesuffix(port) == ours.removesuffix(port)
