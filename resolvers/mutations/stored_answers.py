"""Stored answers (`Idempotency-Key`) that hold data of an erased influencer.

Answers are JSON in the shape of the client's selection. So all stored answers, which are those of
the last 24 hours, are read, and each string in them is compared with the influencer's texts.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import orjson

from database.session import rows, run

BATCH = 50
"""Answers that are read at a time; one may have megabytes."""

# Once there is a response, it includes the kept payloads of the mutation fields.
_ANSWERS = """SELECT id, coalesce(response, kept) FROM idempotency_key
WHERE id > :after AND (kept IS NOT NULL OR response IS NOT NULL) ORDER BY id LIMIT :batch"""
_DELETE_OWN = "DELETE FROM idempotency_key WHERE influencer_id = :influencer"
# The new holder keeps a run that is under way from storing its answer.
_REPLACE = """UPDATE idempotency_key
SET response = :response, status_code = 200, kept = NULL, holder = 'erased' WHERE id = ANY(:ids)"""
_MESSAGE = (
    "This call was done, and its answer has been erased with the data of an influencer. Ask for"
    " what it did, and take a new Idempotency-Key for the next call."
)
_ERROR = {"message": _MESSAGE, "extensions": {"code": "ANSWER_ERASED"}}
_ERASED = orjson.dumps({"data": None, "errors": [_ERROR]})


async def erase_answers(influencer: int, texts: Collection[str]) -> None:
    """Delete the answers to the influencer, and replace others that hold one of the texts.

    The calls of others are not executed again: a repeated call gets the error ANSWER_ERASED.
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
    """Texts as JSON encodes them, without the quotes."""

    plain: frozenset[bytes]
    escaped: Sequence[bytes]
    "The texts that contain a quote or another escape."

    @classmethod
    def of(cls, texts: Collection[str]) -> "_Texts":
        """Return these texts, encoded."""
        inner = [orjson.dumps(text)[1:-1] for text in texts]
        escaped = [text for text in inner if b"\\" in text]
        return cls(frozenset(inner).difference(escaped), escaped)

    def are_in(self, answer: bytes) -> bool:
        """Return whether one of the texts is a whole string in the answer, and not a key."""
        pieces = answer.split(b'"')
        if not self.plain.isdisjoint(pieces):
            for piece, following in pairwise(pieces):
                if piece in self.plain and not following.startswith(b":"):
                    return True
        return any(b'"%b"' % text in answer for text in self.escaped)
