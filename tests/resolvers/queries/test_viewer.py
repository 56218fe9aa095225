"""The caller, who has an id for the caches of clients."""

import re
from dataclasses import replace

from resolvers.caller import Caller
from resolvers.ids import encode
from tests import data
from tests.engine import ADVERTISER, STAFF, STRANGER, answer, creator
from workflow.enums import Role

QUERY = "{ viewer { id role name } }"


async def viewer_id(caller: Caller) -> str:
    return (await answer(QUERY, caller))["viewer"]["id"]


async def test_each_role_subject_and_advertiser_has_an_id_of_its_own(db: str):
    me = await data.influencer()
    callers = [
        STAFF,
        ADVERTISER,
        STRANGER,
        creator(me.pk),
        replace(STAFF, subject="staff-2"),
        replace(ADVERTISER, advertiser_id="other"),
        Caller(Role.STAFF, ADVERTISER.subject),
        Caller(Role.STAFF, 'acme-1","acme'),
    ]
    ids = [await viewer_id(caller) for caller in callers]
    assert len(set(ids)) == len(callers)
    assert [await viewer_id(replace(caller, name="Other")) for caller in callers] == ids


async def test_the_id_tells_nothing_of_the_caller(db: str):
    for caller in (STAFF, ADVERTISER):
        assert re.fullmatch(r"gid://joinery/Viewer/[0-9a-f]{32}", await viewer_id(caller))


async def test_no_object_has_the_id(db: str):
    query = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }"
    for gid in (await viewer_id(STAFF), encode("Viewer", 1)):
        assert await answer(query, STAFF, id=gid) == {"node": None, "nodes": [None]}
