"""Times and URLs: what clients may write, what they read, and how they are told what is wrong."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from execution.engine import Engine
from resolvers.context import Context
from schema.scalars import SCALARS, URL
from tests.engine import STAFF, execute

Asked = tuple[str, dict[str, object]]
"""An operation and its variables."""


@strawberry.type
class Echo:
    """Gives back what it reads, by way of its Python value."""

    @strawberry.field
    def moment(self, at: datetime) -> datetime:
        assert at.tzinfo is UTC
        return at

    @strawberry.field
    def elsewhere(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, 678901, timezone(timedelta(hours=9)))

    @strawberry.field
    def url(self, at: URL) -> URL:
        return at


ECHO = Engine(strawberry.Schema(Echo, config=StrawberryConfig(scalar_map=SCALARS)))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z"),
        ("2026-11-24T09:30:00+09:00", "2026-11-24T00:30:00Z"),
        ("2026-11-23T23:30:00-05:30", "2026-11-24T05:00:00Z"),
        ("2026-11-24t09:30:00z", "2026-11-24T09:30:00Z"),
        ("2026-11-24T09:30:00-00:00", "2026-11-24T09:30:00Z"),
        ("2026-11-24T09:30:00.5Z", "2026-11-24T09:30:00.500000Z"),
        ("2026-11-24T09:30:00.123456Z", "2026-11-24T09:30:00.123456Z"),
        ("2026-11-24T09:30:00.123456999Z", "2026-11-24T09:30:00.123456Z"),
    ],
)
async def test_a_time_is_kept_to_the_microsecond_and_answered_in_utc(
    written: str, read: str
) -> None:
    assert await answer(literally("moment", written)) == read
    assert await answer(by_variable("DateTime", "moment", written)) == read


async def test_a_time_from_elsewhere_is_answered_in_utc() -> None:
    assert await answer(("{ elsewhere }", {})) == "2026-01-01T18:04:05.678901Z"


@pytest.mark.parametrize("written", ["2026-11-24T09:30:00", "2026-11-24T09:30:00.123"])
async def test_a_time_without_an_offset_is_refused_and_told_so(written: str) -> None:
    message = "A DateTime needs an offset from UTC: end it with Z, or with one like +09:00."
    assert message in await refusal(literally("moment", written))
    assert message in await refusal(by_variable("DateTime", "moment", written))


@pytest.mark.parametrize(
    "written",
    [
        "",
        "tomorrow",
        "2026-11-24",
        "2026-11-24 09:30:00Z",
        "2026-11-24T09:30Z",
        "2026-W48-2T09:30:00Z",
        "20261124T093000Z",
        "2026-11-24T09:30:00+0900",
        "2026-11-24T09:30:00+9",
        "2026-11-24T09:30:00Z\n",
        "٢٠٢٦-11-24T09:30:00Z",
        1764000000,
        True,
        ["2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z"],
        {"at": "2026-11-24T09:30:00Z"},
    ],
)
async def test_what_is_no_time_is_refused_with_an_example(written: object) -> None:
    said = await refusal(by_variable("DateTime", "moment", written))
    assert "such as 2026-11-24T09:30:00+09:00" in said


async def test_what_is_no_text_in_the_query_is_refused() -> None:
    assert "such as 2026" in await refusal(("{ moment(at: 1764000000) }", {}))


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30T09:30:00Z",
        "2026-13-01T09:30:00Z",
        "2026-11-24T24:30:00Z",
        "2026-11-24T09:30:60Z",
        "2026-11-24T09:30:00+25:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+09:00",
        "9999-12-31T23:59:59-09:00",
    ],
)
async def test_a_time_that_never_is_is_refused(written: str) -> None:
    assert "There is no such DateTime" in await refusal(by_variable("DateTime", "moment", written))


@pytest.mark.parametrize(
    "written",
    ["https://example.com/a?b=c#d", "HTTP://例え.jp/パス", "ftp://host", "javascript:alert(1)"],
)
async def test_any_absolute_url_is_read_as_it_stands(written: str) -> None:
    assert await answer(literally("url", written)) == written
    assert await answer(by_variable("URL", "url", written)) == written


async def test_a_url_is_trimmed() -> None:
    assert await answer(by_variable("URL", "url", " https://e.com/a\n")) == "https://e.com/a"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "example",
        "/a",
        "//example.com/a",
        "https:",
        "https://a b",
        "https://a\x00",
        7,
    ],
)
async def test_what_is_no_absolute_url_is_refused_with_an_example(written: object) -> None:
    said = await refusal(by_variable("URL", "url", written))
    assert "A URL is absolute and has no white space, such as https://example.com/a." in said


def literally(field: str, value: object) -> Asked:
    return f'{{ {field}(at: "{value}") }}', {}


def by_variable(type_: str, field: str, value: object) -> Asked:
    return f"query ($at: {type_}!) {{ {field}(at: $at) }}", {"at": value}


async def answer(asked: Asked) -> object:
    response = await execute(*asked, Context(caller=STAFF), engine=ECHO)
    assert "errors" not in response
    return next(iter(response["data"].values()))


async def refusal(asked: Asked) -> str:
    (error,) = (await execute(*asked, Context(caller=STAFF), engine=ECHO))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT"}
    assert error["locations"]
    return error["message"]
