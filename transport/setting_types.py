"""Settings that hold several values in one text."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from delivery.addresses import Allowed
from workflow.enums import Role

CALLING_ROLES = (Role.STAFF, Role.ADVERTISER, Role.INFLUENCER, Role.SERVICE)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9._\[\]:-]+")


def _origins(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    origins = tuple(_origin(each) for each in given.lower().split(",") if each.strip())
    if "*" in origins and len(origins) > 1:
        raise ValueError("give exact origins, or * alone")
    return origins


def _origin(text: str) -> str:
    """Return an origin as browsers send it; raise ValueError."""
    origin = text.strip()
    if origin != "*" and not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin} is no origin, as https://host or http://host:8080 is")
    scheme, _, host = origin.partition("://")
    default_port = {"http": ":80", "https": ":443"}.get(scheme)
    return origin.removesuffix(default_port) if host and default_port else origin


Origins = Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(_origins)]
"Exact origins with commas between them, or `*` alone."


def _role_map(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    roles: dict[str, Role] = {}
    for each in given.split(","):
        name, equals, role = (part.strip() for part in each.rpartition("="))
        if not (name and equals and role in CALLING_ROLES):
            names = ", ".join(CALLING_ROLES)
            raise ValueError(f"{each.strip()} is not NAME=ROLE, with a role of {names}")
        if roles.setdefault(name, Role(role)) != role:
            raise ValueError(f"{name} has two roles")
    return roles


RoleMap = Annotated[Mapping[str, Role] | None, NoDecode, BeforeValidator(_role_map)]
"Roles by the provider's names for roles or groups: `NAME=ROLE` with commas between them."


def _allowed(given: Any) -> Any:
    return Allowed.read(given.split(",")) if isinstance(given, str) else given


Addresses = Annotated[Allowed | None, NoDecode, BeforeValidator(_allowed)]
"Hosts, IP addresses and networks, separated by commas."
