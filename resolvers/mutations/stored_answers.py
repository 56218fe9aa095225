"""Stored answers (`Idempotency-Key`) that hold something of an influencer who is erased.

Answers are JSON, in any shape that a client asked for. So all that are stored, those of the last 24
hours, are read, and each text in them is compared with those of the influencer.
"""

import re
from collections.abc import Collection
from itertools import chain

import orjson

from database.session import rows, run

BATCH = 500

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ANSWERS = """SELECT id, kept, response FROM idempotency_key
WHERE id > :after AND (kept IS NOT NULL OR response IS NOT NULL) ORDER BY id LIMIT :batch"""
_DELETE_OWN = "DELETE FROM idempotency_key WHERE influencer_id = :influencer"
# A run that is about to store its answer finds that the key is not its own any more.
_REPLACE = """UPDATE idempotency_key
SET response = :response, status_code = 200, kept = NULL, holder = 'erased' WHERE id = ANY(:ids)"""
_MESSAGE = (
    "This call was done, and its answer has been erased with the data of an influencer. Ask for"
    " what it did, and take a new Idempotency-Key for the next call."
)
_ERROR = {"message": _MESSAGE, "extensions": {"code": "ANSWER_ERASED"}}
_ERASED = orjson.dumps({"data": None, "errors": [_ERROR]})


async def erase_answers(influencer: int, texts: Collection[str]) -> None:
    """Delete the influencer's own answers, and replace those to others that hold such a text.

    The calls of others stay done: with the same key they are answered ANSWER_ERASED.
    """
    await run(_DELETE_OWN, influencer=influencer)
    literals = frozenset(map(orjson.dumps, texts))
    after = 0
    while answers := await rows(_ANSWERS, after=after, batch=BATCH):
        after = answers[-1][0]
        found = [key for key, *bodies in answers if _hold(bodies, literals)]
        if found:
            await run(_REPLACE, response=_ERASED, ids=found)


def _hold(bodies: Collection[bytes | None], literals: frozenset[bytes]) -> bool:
    """Return whether one of the texts, as JSON, is in one of the answers."""
    texts = (_TEXT.findall(body) for body in bodies if body)
    return not literals.isdisjoint(chain.from_iterable(texts))
