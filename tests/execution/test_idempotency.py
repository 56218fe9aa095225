"""`Idempotency-Key`: the answer of the first call again, and never its effect twice."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route

from database.transactions import transacted
from execution.engine import Engine
from execution.idempotency import LEASE, RETENTION, Claim, IdempotencyKeys, digest_of
from models.idempotency import IdempotencyKey
from models.influencer import Influencer
from resolvers.caller import Caller
from resolvers.context import Context
from resolvers.errors import RequestError
from tests.concurrency.test_waiting import until_someone_waits
from tests.transport.conftest import only_error
from tests.transport.serving import served
from transport.auth.tokens import Grant
from transport.http import GraphQLOverHTTP
from transport.service import Service
from workflow.enums import Role

CREATE = "mutation A($id: String!) { create(id: $id) }"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Gate:
    """Holds the mutation up in the midst of its work, where a test wants that."""

    entered = asyncio.Event()
    open = asyncio.Event()


@strawberry.type
class Query:
    @strawberry.field
    async def total(self) -> int:
        return await Influencer.all().count()


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create(
        self, info: strawberry.Info[Context, None], id: str, dry_run: bool | None = False
    ) -> int | None:
        """Store someone; how many there are now. It repeats as every mutation of ours does."""
        replay, field = None if dry_run else info.context.replay, str(info.path.key)
        if replay and (kept := replay.kept(field)) is not None:
            assert isinstance(kept, int)
            return kept

        async def work() -> int:
            await Influencer.create(
                external_id=id, name=id, name_key=id, categories=[], created_at=NOW, updated_at=NOW
            )
            total = await Influencer.all().count()
            if id.startswith("slow"):
                Gate.entered.set()
                await Gate.open.wait()
            if replay:
                await replay.keep(field, total)
            if id.startswith("last"):
                Gate.entered.set()
                await Gate.open.wait()
            if id.startswith("late"):
                raise RequestError("UNAVAILABLE", "Broke off after it was kept.")
            return total

        return await transacted(work, undo=bool(dry_run))

    @strawberry.mutation
    async def fail(self) -> int | None:
        raise RuntimeError("inside")

    @strawberry.mutation
    async def refuse(self) -> int | None:
        raise RequestError("FORBIDDEN", f"Not now, at {await Influencer.all().count()}.")


class ByName:
    """The token is the caller's name, and an advertiser's `name@advertiser`."""

    revision = 0

    async def caller(self, authorization: str | None) -> Caller | None:
        name, _, advertiser = (authorization or "").removeprefix("Bearer ").partition("@")
        if advertiser:
            return Caller(Role.ADVERTISER, name, advertiser_id=advertiser)
        return Caller(Role.STAFF, name) if name else None

    async def grant(self, authorization: str) -> Grant:
        caller = await self.caller(authorization)
        assert caller is not None
        return Grant(caller, 1 << 40, authorization, self)


@pytest.fixture
def lease() -> float:
    return LEASE


@pytest.fixture
async def client(db: str, lease: float) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a schema that writes, on an empty database of either kind."""
    Gate.entered, Gate.open = asyncio.Event(), asyncio.Event()
    schema = strawberry.Schema(Query, Mutation)
    endpoint = GraphQLOverHTTP(Service(Engine(schema, lease=lease), ByName()))
    app = Starlette(routes=[Route("/graphql", endpoint, methods=["GET", "POST"])])
    async with served(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def call(
    client: httpx.AsyncClient, key: str, query: str = CREATE, *, who: str = "mika", **variables: Any
) -> httpx.Response:
    return await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Idempotency-Key": key, "Authorization": f"Bearer {who}"},
    )


async def total() -> int:
    return await Influencer.all().count()


async def test_a_repeated_call_gets_the_first_answer_whatever_happened_since(
    client: httpx.AsyncClient,
) -> None:
    first = await call(client, "k1", id="a")
    assert first.json() == {"data": {"create": 1}}
    assert "Idempotency-Replayed" not in first.headers
    await call(client, "k2", id="b")
    again = await call(client, "k1", id="a")
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await total() == 2


async def test_without_a_key_a_repeated_call_acts_again(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": "Bearer mika"}
    for name in ("a", "b"):
        query = f'mutation {{ create(id: "{name}") }}'
        await client.post("/graphql", json={"query": query}, headers=headers)
    assert await total() == 2


async def test_a_key_is_for_one_call(client: httpx.AsyncClient) -> None:
    await call(client, "k1", id="a")
    for changed in ({"id": "b"}, {"id": "a", "query": f"{CREATE} "}):
        answer = await call(client, "k1", **changed)
        assert answer.status_code == 422
        assert only_error(answer)["extensions"] == {"code": "IDEMPOTENCY_KEY_REUSED"}
    assert await total() == 1


async def test_the_order_of_variables_makes_no_other_call() -> None:
    assert digest_of(CREATE, {"id": "a", "x": 1}, None) == digest_of(
        CREATE, {"x": 1, "id": "a"}, None
    )
    assert digest_of(CREATE, {"id": "a"}, None) != digest_of(CREATE, {"id": "a"}, "A")


async def test_keys_belong_to_their_caller(client: httpx.AsyncClient) -> None:
    await call(client, "k1", id="a")
    other = await call(client, "k1", id="b", who="sora")
    assert other.json() == {"data": {"create": 2}}


async def test_keys_of_one_name_belong_to_each_advertiser_apart(client: httpx.AsyncClient) -> None:
    callers = ["mika", "mika@acme", "mika@other", "acme:mika@x", "mika@x:acme"]
    callers += ["s" * 250 + "@" + "a" * 199 + last for last in "ab"]  # as long as they may be
    for number, who in enumerate(callers, start=1):
        first = await call(client, "k1", id=f"number {number}", who=who)
        assert first.json() == {"data": {"create": number}}
    again = await call(client, "k1", id="number 2", who="mika@acme")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (
        {"data": {"create": 2}},
        "true",
    )


async def test_while_the_first_still_runs_the_second_is_told_to_wait(
    client: httpx.AsyncClient, db: str
) -> None:
    first = asyncio.create_task(call(client, "k1", CREATE, id="slow"))
    await Gate.entered.wait()
    # A process has one connection to SQLite, which the first holds: there the second just waits.
    if db.startswith("postgresql"):
        second = await call(client, "k1", id="slow")
        assert (second.status_code, second.headers["Retry-After"]) == (503, "1")
        error = only_error(second)
        assert error["extensions"] == {"code": "UNAVAILABLE"}
        assert f"in {LEASE:g} seconds at the latest" in error["message"]
    Gate.open.set()
    assert (await first).json() == {"data": {"create": 1}}
    assert (await call(client, "k1", id="slow")).json() == {"data": {"create": 1}}
    assert await total() == 1


async def test_many_at_once_act_once(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(call(client, "k1", id="a") for _ in range(20)))
    done = [answer.json() for answer in answers if answer.status_code == 200]
    assert {"data": {"create": 1}} in done
    assert all(answer == {"data": {"create": 1}} for answer in done)
    for answer in answers:
        assert answer.status_code in (200, 503)
    assert await total() == 1


async def test_an_answer_that_asks_to_try_again_is_not_stored(client: httpx.AsyncClient) -> None:
    first = only_error(await call(client, "k1", "mutation { fail }"))
    again = await call(client, "k1", "mutation { fail }")
    assert only_error(again)["extensions"]["id"] != first["extensions"]["id"]
    assert "Idempotency-Replayed" not in again.headers


async def test_a_refusal_is_stored(client: httpx.AsyncClient) -> None:
    first = await call(client, "k1", "mutation { refuse }")
    await call(client, "k2", id="a")
    again = await call(client, "k1", "mutation { refuse }")
    assert again.content == first.content


async def test_what_was_rolled_back_is_done_by_the_repetition(client: httpx.AsyncClient) -> None:
    query = 'mutation { late: create(id: "late") ok: create(id: "ok") }'
    first = await call(client, "k1", query)
    assert first.json()["data"] == {"late": None, "ok": 1}
    row = await IdempotencyKey.get(key="k1")
    assert orjson.loads(row.kept or b"") == {"ok": 1}
    again = await call(client, "k1", query)
    assert again.json()["data"] == {"late": None, "ok": 1}
    assert await total() == 1


TRIED = """
mutation Try($yes: Boolean! = true, $no: Boolean = false) {
    a: create(id: "a", dryRun: true)
    b: create(id: "b", dryRun: $yes)
    ... on Mutation { c: create(id: "c", dryRun: $no) @include(if: $no) }
    __typename
}"""
DONE = [
    """mutation { a: create(id: "a", dryRun: true)  b: create(id: "b", dryRun: null) }""",
    """mutation { a: create(id: "a", dryRun: true)  b: create(id: "b") }""",
    """mutation M($no: Boolean) {
        a: create(id: "a", dryRun: true)
        b: create(id: "b", dryRun: $no)
    }""",
    """mutation M($no: Boolean = null) {
        a: create(id: "a", dryRun: true)
        ...F
    }
    fragment F on Mutation { b: create(id: "b", dryRun: $no) }""",
]


async def test_a_call_of_trial_runs_alone_ignores_the_key(client: httpx.AsyncClient) -> None:
    for text in (TRIED, 'mutation { a: create(id: "a", dryRun: true) }'):
        assert (await call(client, "k1", text)).json()["data"]["a"] == 1
    assert await IdempotencyKey.all().count() == 0
    assert (await call(client, "k1", id="a")).json() == {"data": {"create": 1}}


@pytest.mark.parametrize("text", DONE)
async def test_a_call_that_does_something_is_repeated_whole(
    client: httpx.AsyncClient, text: str
) -> None:
    first = await call(client, "k1", text)
    assert first.json() == {"data": {"a": 1, "b": 1}}
    await call(client, "k2", id="c")
    again = await call(client, "k1", text)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await total() == 2


async def test_a_call_that_broke_off_tries_again_what_it_tried(client: httpx.AsyncClient) -> None:
    text = """mutation { ok: create(id: "ok")  tried: create(id: "tried", dryRun: true)
        late: create(id: "late") }"""
    first = await call(client, "k1", text)
    assert first.json()["data"] == {"ok": 1, "tried": 2, "late": None}
    await call(client, "k2", id="c")
    again = await call(client, "k1", text)
    assert again.json()["data"] == {"ok": 1, "tried": 3, "late": None}


async def test_a_query_ignores_the_key(client: httpx.AsyncClient) -> None:
    assert (await call(client, "k1", "{ total }")).json() == {"data": {"total": 0}}
    assert await IdempotencyKey.all().count() == 0


async def test_a_call_that_cannot_be_executed_leaves_its_key_free(
    client: httpx.AsyncClient,
) -> None:
    await call(client, "k1", id=7)
    await call(client, "k1", "mutation { nothing }")
    assert (await call(client, "k1", id="a")).json() == {"data": {"create": 1}}


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "ключ".encode(), "tab\tbed"])
async def test_a_key_that_is_none_is_refused(client: httpx.AsyncClient, key: str | bytes) -> None:
    headers = {b"Idempotency-Key": key if isinstance(key, bytes) else key.encode()}
    answer = await client.post(
        "/graphql",
        json={"query": 'mutation { create(id: "a") }'},
        headers={**headers, b"Authorization": b"Bearer mika"},
    )
    assert answer.status_code == 400
    assert only_error(answer)["extensions"] == {"code": "INVALID_INPUT"}
    assert await total() == 0


async def test_a_key_may_be_used_anew_after_24_hours(client: httpx.AsyncClient) -> None:
    await call(client, "k1", id="a")
    await IdempotencyKey.all().update(
        created_at=datetime.now(UTC) - RETENTION - timedelta(seconds=1)
    )
    assert (await call(client, "k1", id="b")).json() == {"data": {"create": 2}}


async def test_old_keys_are_swept_away(client: httpx.AsyncClient) -> None:
    mika = Caller(Role.STAFF, "mika")
    await IdempotencyKeys().claim(mika, "k1", "d")
    await IdempotencyKey.all().update(
        created_at=datetime.now(UTC) - RETENTION - timedelta(seconds=1)
    )
    await IdempotencyKeys().claim(mika, "k2", "d")
    assert await IdempotencyKey.all().values_list("key", flat=True) == ["k2"]


async def abandoned_claim(key: str) -> Claim:
    """The claim of a run that was killed a while ago."""
    digest = digest_of(CREATE, {"id": "a"}, None)
    claim = await IdempotencyKeys().claim(Caller(Role.STAFF, "mika"), key, digest)
    assert isinstance(claim, Claim)
    return claim


async def retention_is_over() -> None:
    before = datetime.now(UTC) - RETENTION - timedelta(seconds=1)
    await IdempotencyKey.all().update(created_at=before)


async def lease_is_over() -> None:
    await IdempotencyKey.all().update(leased_until=datetime.now(UTC))


async def test_a_run_that_died_before_its_commit_does_not_block_the_next(
    client: httpx.AsyncClient,
) -> None:
    await abandoned_claim("k1")
    assert (await call(client, "k1", id="a")).status_code == 503
    await lease_is_over()
    assert (await call(client, "k1", id="a")).json() == {"data": {"create": 1}}


async def test_a_run_that_died_after_its_commit_is_not_done_again(
    client: httpx.AsyncClient,
) -> None:
    dead = await abandoned_claim("k1")
    await dead.keep("create", 41)
    await lease_is_over()
    assert (await call(client, "k1", id="a")).json() == {"data": {"create": 41}}
    assert await total() == 0
    assert (await call(client, "k1", id="a")).json() == {"data": {"create": 41}}


async def test_who_asks_again_is_told_to_wait_longer_and_never_beyond_the_lease(
    client: httpx.AsyncClient,
) -> None:
    await abandoned_claim("k1")
    row = await IdempotencyKey.get(key="k1")
    waits: list[int] = []
    for seconds in (0, 4, 8, 14):
        left = timedelta(seconds=LEASE - seconds)
        await IdempotencyKey.filter(id=row.id).update(leased_until=datetime.now(UTC) + left)
        waits.append(int((await call(client, "k1", id="a")).headers["Retry-After"]))
    assert waits == [1, 5, 7, 1]


@pytest.mark.parametrize("lease", [0.0])
async def test_what_a_slow_run_commits_while_another_takes_over_is_not_done_again(
    client: httpx.AsyncClient, db: str
) -> None:
    if not db.startswith("postgresql"):
        pytest.skip("SQLite's transactions wait before they begin")
    first = asyncio.create_task(call(client, "k1", id="last"))
    await Gate.entered.wait()
    second = asyncio.create_task(call(client, "k1", id="last"))
    await until_someone_waits()
    Gate.open.set()
    assert (await first).json() == (await second).json() == {"data": {"create": 1}}
    assert await total() == 1


async def test_a_run_that_was_overtaken_cannot_commit(client: httpx.AsyncClient) -> None:
    slow = await abandoned_claim("k1")
    await lease_is_over()
    await call(client, "k1", id="a")
    with pytest.raises(RequestError, match="taken over"):
        await slow.keep("create", 41)
    assert (await call(client, "k1", id="a")).json() == {"data": {"create": 1}}
