"""Answers for exactly the selection that was asked for, by the read engine.

Every root field comes through here: it says what to look for, the projection does the rest.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

import strawberry

from database.session import database, rows
from projection import Completed, Known, Listing, Projector, Run, Terms, resolve_info
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.ids import decode
from resolvers.queries.filters import settle
from resolvers.shapes import SHAPES
from resolvers.visibility import visible
from workflow.enums import Role

Info: TypeAlias = strawberry.Info[Context, Any]
"""Strawberry's info for a resolver of a root field."""

T = TypeVar("T")

_PROJECTOR = Projector(SHAPES, Terms(invalid="INVALID_INPUT", forbidden="FORBIDDEN", settle=settle))


def caller_of(info: Info) -> Caller:
    """Return the caller. Raises UNAUTHENTICATED without a token."""
    caller: Caller | None = info.context.caller
    if caller is None:
        raise RequestError("UNAUTHENTICATED", "Send a token: `Authorization: Bearer <token>`.")
    return caller


def allow(info: Info, *roles: str) -> Caller:
    """Return the caller if they have one of these roles. Raises FORBIDDEN, UNAUTHENTICATED."""
    caller = caller_of(info)
    if caller.role not in roles:
        raise RequestError(
            "FORBIDDEN", f"`{info.field_name}` is not for the role {caller.role.value}."
        )
    return caller


def reader_of(info: Info) -> Caller:
    """Return the caller, who may read. Raises FORBIDDEN for services, UNAUTHENTICATED."""
    return allow(info, Role.STAFF, Role.ADVERTISER, Role.INFLUENCER)


async def payload(
    info: Info, value: T, known: Known | None = None, *, is_trial: bool = False
) -> Completed[T]:
    """Return a plain value, or a list; keys in it are followed on the current connection.

    What is `known` of a row is not read again.
    """
    run = run_of(info)
    run.known, run.is_trial = known or {}, is_trial
    return await _PROJECTOR.value(info, run, value)


async def one(info: Info, type_name: str, gid: str) -> Completed:
    """Return the object with this global id if the caller may see it, else null."""
    reader_of(info)
    return await one_of_key(info, type_name, decode(gid, type_name))


async def one_of_key(info: Info, type_name: str, key: int | None) -> Completed:
    """Return the object with this key if there is one and the caller may see it, else null."""
    if key is None:
        return Completed(None)
    conditions = visible(type_name, caller_of(info))
    return await _PROJECTOR.one(info, run_of(info), type_name, key, conditions)


def payload_again(info: Info, value: Any) -> Completed:
    """Return a payload that was finished by an earlier run of the same request."""
    return _PROJECTOR.again(info, run_of(info), value)


async def by_key(
    info: Info, type_name: str, places: Mapping[Any, Iterable[tuple[int, ...]]]
) -> dict[Any, Any]:
    """Return the objects that exist and that the caller may see, by their keys.

    `places` says by key where in the field's value they are going to stand.
    """
    run = run_of(info)
    seen = await _seen(run, type_name, places, caller_of(info))
    return await _PROJECTOR.by_key(info, run, type_name, {key: places[key] for key in seen})


async def page(
    info: Info,
    type_name: str,
    listing: Callable[[Run, Mapping[str, Any]], Awaitable[Listing]],
    parent: int | None = None,
) -> Completed:
    """Return a page of a list that belongs to nobody, or to this parent."""
    reader_of(info)
    run = run_of(info)
    arguments = resolve_info(info).arguments
    found = await listing(run, arguments)
    return await _PROJECTOR.page(info, run, type_name, found, arguments, parent)


async def may_see(caller: Caller, type_name: str, gid: str) -> bool:
    """Return whether an object with this global id exists, and the caller may see it."""
    key = decode(gid, type_name)
    if key is None:
        return False
    where = " AND ".join(["t.id = :key", *visible(type_name, caller)])
    sql = f"SELECT 1 FROM {_PROJECTOR.shapes[type_name].source} WHERE {where}"
    return bool(await rows(sql, key=key, **viewer_values(caller)))


def run_of(info: Info) -> Run:
    """Return a run of the read engine for this field."""
    caller: Caller | None = info.context.caller
    return Run(
        executor=resolve_info(info).executor,
        database=database(),
        role=caller.role.value if caller else "",
        context=info.context,
        values=viewer_values(caller),
    )


def viewer_values(caller: Caller | None) -> dict[str, Any]:
    """Return the parameters of the conditions of `resolvers/visibility.py`."""
    return {
        "viewer": caller.influencer_id if caller else None,
        "advertiser": caller.advertiser_id if caller else None,
    }


async def _seen(run: Run, type_name: str, keys: Iterable[Any], caller: Caller) -> list[Any]:
    """Return the keys whose object exists and may be seen."""
    shape = _PROJECTOR.shapes[type_name]
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return []
    conditions = list(visible(type_name, caller))
    if not shape.is_pair:
        conditions.append("t.id = ANY(:keys)")
    elif type_name == "Candidate":
        # A pair is a candidate as soon as both of it are there.
        conditions.append("EXISTS (SELECT 1 FROM campaign c WHERE c.id = t.campaign_id)")
        conditions.append(
            "EXISTS (SELECT 1 FROM influencer i"
            " WHERE i.id = t.influencer_id AND i.erased_at IS NULL)"
        )
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    columns = ", ".join(f"t.{column}" for column in shape.key)
    rows = await run.fetch(f"SELECT {columns} FROM {shape.source}{where}", shape.key_values(wanted))
    return [tuple(row) if shape.is_pair else row[0] for row in rows]
