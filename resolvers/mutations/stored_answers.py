"""Stored answers (`Idempotency-Key`) that hold something of an influencer who is erased.

Answers are JSON, in any shape that a client asked for. So all that are stored, those of the last 24
hours, are read, and each text in them is compared with those of the influencer.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import orjson

from database.session import rows, run

BATCH = 500

# What was kept of the mutation fields is in the response, once that is there.
_ANSWERS = """SELECT id, coalesce(response, kept) FROM idempotency_key
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
    looked_for = _Texts.of(texts)
    after = 0
    while answers := await rows(_ANSWERS, after=after, batch=BATCH):
        after = answers[-1][0]
        found = [key for key, answer in answers if looked_for.are_in(answer)]
        if found:
            await run(_REPLACE, response=_ERASED, ids=found)


class _Texts(NamedTuple):
    """Texts as they are in JSON, between its quotes."""

    plain: frozenset[bytes]
    escaped: Sequence[bytes]
    "Those with a quote or another escape in them."

    @classmethod
    def of(cls, texts: Collection[str]) -> "_Texts":
        """Return these texts."""
        inner = [orjson.dumps(text)[1:-1] for text in texts]
        escaped = [text for text in inner if b"\\" in text]
        return cls(frozenset(inner).difference(escaped), escaped)

    def are_in(self, answer: bytes) -> bool:
        """Return whether one of them is in an answer, as a whole text."""
        if not self.plain.isdisjoint(answer.split(b'"')):
            return True
        return any(b'"%b"' % text in answer for text in self.escaped)
