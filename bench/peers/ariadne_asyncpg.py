"""Ariadne over asyncpg, with a DataLoader a relation: schema first, resolvers over rows."""

import asyncio
import importlib
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, parse, validate
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bench.peers import sql
from bench.peers.asgi import PLATFORMS, number, open_pool, spare_collections
from bench.peers.marking import mark

# Installed for this peer alone (bench/requirements.txt), where no type checker looks.
ariadne: Any = importlib.import_module("ariadne")
ariadne_asgi: Any = importlib.import_module("ariadne.asgi")
ariadne_http: Any = importlib.import_module("ariadne.asgi.handlers")
Row = Any


class Loader:
    """Keys asked for in one turn of the event loop are loaded together, each once."""

    def __init__(self, load: Callable[[list[int]], Awaitable[list[Any]]]) -> None:
        self._load = load
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._waiting: list[int] = []

    def load(self, key: int) -> asyncio.Future[Any]:
        """Return the value of the key."""
        if key not in self._asked:
            loop = asyncio.get_running_loop()
            if not self._waiting:
                loop.call_soon(lambda: loop.create_task(self._dispatch()))
            self._asked[key] = loop.create_future()
            self._waiting.append(key)
        return self._asked[key]

    async def _dispatch(self) -> None:
        keys, self._waiting = self._waiting, []
        try:
            found = await self._load(keys)
        except Exception as error:  # noqa: BLE001  # whoever asked is told
            for key in keys:
                self._asked[key].set_exception(error)
            return
        for key, value in zip(keys, found, strict=True):
            self._asked[key].set_result(value)


@dataclass
class Context:
    """What resolvers share within a request."""

    pool: Any
    viewer: int | None
    campaigns: Loader
    influencers: Loader
    accounts: Loader
    accounts_of: Loader


class _Pool:
    pool: Any = None


def _by_key(statement: str) -> Callable[[list[int]], Awaitable[list[Row | None]]]:
    async def load(keys: list[int]) -> list[Row | None]:
        found = {row["id"]: row for row in await _Pool.pool.fetch(statement, keys)}
        return [found.get(key) for key in keys]

    return load


async def _accounts_of(keys: list[int]) -> list[list[Row]]:
    found = defaultdict[int, list[Row]](list)
    for row in await _Pool.pool.fetch(sql.ACCOUNTS_OF, keys):
        found[row["influencer_id"]].append(row)
    return [found[key] for key in keys]


def _context(request: Any, _data: Any) -> Context:
    viewer = request.headers.get("x-influencer")
    return Context(
        pool=_Pool.pool,
        viewer=int(viewer) if viewer else None,
        campaigns=Loader(_by_key(sql.CAMPAIGNS)),
        influencers=Loader(_by_key(sql.INFLUENCERS)),
        accounts=Loader(_by_key(sql.ACCOUNTS)),
        accounts_of=Loader(_accounts_of),
    )


query = ariadne.QueryType()
mutation = ariadne.MutationType()
campaign = ariadne.ObjectType("Campaign")
influencer = ariadne.ObjectType("Influencer")
account = ariadne.ObjectType("SocialAccount")
participation = ariadne.ObjectType("Participation")
candidate = ariadne.ObjectType("Candidate")
moment = ariadne.ScalarType("DateTime", serializer=datetime.isoformat)


_SNAKE = re.compile(r"[A-Z]")


def _column(name: str) -> Callable[[Row, Any], Any]:
    def resolve(row: Row, _info: Any) -> Any:
        return row[name]

    return resolve


def _columns(bound: Any, type_name: str, *fields: str) -> None:
    """Fields that are columns named in snake case, and the id."""

    def resolve_id(row: Row, _info: Any) -> str:
        return f"gid://joinery/{type_name}/{row['id']}"

    bound.set_field("id", resolve_id)
    for name in fields:
        bound.set_field(name, _column(_SNAKE.sub(r"_\g<0>", name).lower()))


_columns(
    campaign,
    "Campaign",
    *("title", "brand", "description", "coverImageUrl", "reward", "type", "status"),
    *("postTracking", "followersMin", "followersMax", "capacity", "placesTaken"),
    *("applicationDeadline", "startsAt", "endsAt", "createdAt", "updatedAt"),
)
_columns(influencer, "Influencer", "name", "country", "followers")
_columns(account, "SocialAccount", "handle", "followers")
_columns(participation, "Participation", "status", "version", "updatedAt")


@query.field("campaign")
def resolve_campaign(_: Any, info: Any, id: str) -> Any:
    return info.context.campaigns.load(number(id))


@query.field("myJobs")
async def resolve_my_jobs(_: Any, info: Any, first: int, section: str) -> Any:
    del section  # the bench asks for one alone
    rows = await info.context.pool.fetch(sql.JOBS, info.context.viewer, first + 1)
    return _page(rows, first)


@campaign.field("hashtags")
def resolve_hashtags(row: Row, _info: Any) -> Any:
    return orjson.loads(row["hashtags"])


@campaign.field("mentions")
def resolve_mentions(row: Row, _info: Any) -> Any:
    return orjson.loads(row["mentions"])


@campaign.field("applicants")
async def resolve_applicants(row: Row, info: Any, first: int) -> Any:
    rows = await info.context.pool.fetch(sql.APPLICANTS, row["id"], first + 1)
    return _page(rows, first)


@campaign.field("candidates")
async def resolve_candidates(row: Row, info: Any, first: int, filter: Any = None) -> Any:
    del filter  # the function's own
    rows = await info.context.pool.fetch(sql.CANDIDATES, row["id"], first + 1)
    return _page(rows, first)


@campaign.field("candidateCounts")
async def resolve_counts(row: Row, info: Any) -> Any:
    return [dict(found) for found in await info.context.pool.fetch(sql.COUNTS, row["id"])]


@candidate.field("id")
def resolve_candidate_id(row: Row, _info: Any) -> str:
    return f"gid://joinery/Candidate/{row['campaign_id']}-{row['influencer_id']}"


@candidate.field("status")
def resolve_candidate_status(row: Row, _info: Any) -> str:
    return row["status"]


@candidate.field("influencer")
@participation.field("influencer")
def resolve_influencer(row: Row, info: Any) -> Any:
    return info.context.influencers.load(row["influencer_id"])


@participation.field("campaign")
def resolve_campaign_of(row: Row, info: Any) -> Any:
    return info.context.campaigns.load(row["campaign_id"])


@participation.field("selectedAccount")
def resolve_selected_account(row: Row, info: Any) -> Any:
    key = row["selected_account_id"]
    return info.context.accounts.load(key) if key else None


@influencer.field("accounts")
def resolve_accounts(row: Row, info: Any) -> Any:
    return info.context.accounts_of.load(row["id"])


@account.field("platform")
def resolve_platform(row: Row, _info: Any) -> Any:
    key: int = row["platform"]
    return PLATFORMS[key]


@mutation.field("markJoined")
async def resolve_mark_joined(_: Any, info: Any, input: Any) -> Any:
    asked = [number(gid) for gid in input["influencerIds"]]
    async with info.context.pool.acquire() as connection:
        marked = await mark(connection, number(input["campaignId"]), asked)
    results = [
        {
            **told,
            "influencerId": gid,
            "error": {"code": told["code"]} if told["code"] else None,
        }
        for gid, told in zip(input["influencerIds"], marked, strict=True)
    ]
    changed = sum(told["outcome"] == "CHANGED" for told in marked)
    summary = {"changed": changed, "unchanged": 0, "refused": len(marked) - changed}
    return {"results": results, "summary": summary, "userErrors": []}


def _page(rows: Sequence[Row], first: int) -> dict[str, Any]:
    return {"nodes": rows[:first], "pageInfo": {"hasNextPage": len(rows) > first}}


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncGenerator[None]:
    _Pool.pool = await open_pool()
    spare_collections()
    yield
    await _Pool.pool.close()


_parsed: dict[str, DocumentNode] = {}
_validated: dict[int, list[GraphQLError]] = {}


def _parse(_context: Any, data: dict[str, Any]) -> DocumentNode:
    """Each text is parsed once (the bench has few)."""
    text = data["query"]
    if text not in _parsed:
        _parsed[text] = parse(text)
    return _parsed[text]


def _validate(schema: Any, document: DocumentNode, **options: Any) -> list[GraphQLError]:
    """Each document is validated once; `_parsed` keeps it, so its number stays its own."""
    if id(document) not in _validated:
        _validated[id(document)] = validate(schema, document, **options)
    return _validated[id(document)]


class _Handler(ariadne_http.GraphQLHTTPHandler):
    """Ariadne's own, with answers written by orjson."""

    async def create_json_response(self, _request: Any, result: Any, success: bool) -> Response:
        status = 200 if success or result.get("data") is not None else 400
        return Response(orjson.dumps(result), status, media_type="application/json")


_contract = (Path(__file__).parent / "contract.graphql").read_text()
_types = (query, mutation, campaign, influencer, account, participation, candidate, moment)
schema = ariadne.make_executable_schema(_contract, *_types)
_graphql = ariadne_asgi.GraphQL(
    schema,
    context_value=_context,
    query_parser=_parse,
    query_validator=_validate,
    introspection=False,
    debug=False,
    http_handler=_Handler(),
)
app = Starlette(
    routes=[Route("/graphql", _graphql.handle_request, methods=["POST"])], lifespan=_lifespan
)
