"""Influencers from JSON Lines: an `InfluencerInput` of the GraphQL schema on each line."""

import codecs
import io
from collections.abc import Iterator
from typing import Any, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from commands.errors import CommandError
from commands.importing.entries import Entry, Problem
from commands.importing.values import shown
from models.text import clean_id
from resolvers.mutations.upsert_influencers import InfluencerFields
from workflow.enums import Platform


def read_json_lines(raw: io.BufferedReader) -> Iterator[Entry]:
    """Return what each line says; raise CommandError where the file is in UTF-16."""
    start = raw.peek(3)[:3]
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise CommandError(f"{raw.name}: is in UTF-16, and JSON is not: save it in UTF-8")
    if start == codecs.BOM_UTF8:
        raw.seek(len(start))
    return (_read(number, line) for number, line in enumerate(raw, start=1) if line.strip())


class _Record(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class AccountRecord(_Record):
    """An account, as `AccountInput` has it."""

    platform: Platform = Field(strict=False)
    external_id: str
    handle: str
    followers: int


class InfluencerRecord(_Record):
    """An influencer, as `InfluencerInput` has it: what is left out stays."""

    external_id: str
    name: str
    email: str | None = None
    country: str | None = None
    avatar_url: str | None = None
    categories: list[str] = Field(default_factory=list[str])
    accounts: list[AccountRecord] = Field(default_factory=list[AccountRecord])

    @property
    def given(self) -> InfluencerFields:
        """Return the fields that the file gives."""
        fields: dict[str, Any] = {"categories": [], "accounts": []}
        return cast("InfluencerFields", fields | self.model_dump(exclude_unset=True))


_SHOULD_BE = {
    "string_type": "no text: write it in quotes",
    "int_type": "not a whole number: write it in digits alone, such as 210000",
    "list_type": "no list",
    "enum": f"no platform: known are {', '.join(Platform)}",
    "model_type": "no object",
}


def _read(number: int, line: bytes) -> Entry:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Entry(number, problems=[Problem(number, f"this is no JSON: {error}")])
    if not isinstance(said, dict):
        return Entry(number, problems=[Problem(number, "this is no JSON object")])
    return _checked(number, cast("dict[str, Any]", said))


def _checked(number: int, said: dict[str, Any]) -> Entry:
    entry = Entry(number)
    external_id = said.get("externalId")
    if isinstance(external_id, str):
        entry.external_id = clean_id(external_id)
    try:
        entry.fields = InfluencerRecord.model_validate(said).given
    except ValidationError as error:
        entry.problems = [entry.about(each["loc"], _in_words(each)) for each in error.errors()]
    return entry


def _in_words(error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return "it is missing"
    if error["type"] == "extra_forbidden":
        return "there is no such field"
    words = _SHOULD_BE.get(error["type"])
    return f"{shown(error['input'])} is {words}" if words else error["msg"]
