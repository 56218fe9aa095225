"""Texts of an input."""

from resolvers.pipeline.validation import Form
from workflow.enums import ErrorCode


def refusals(form: Form) -> list[tuple[ErrorCode, list[str] | None]]:
    return [(error.code, error.field) for error in form.refusals]


def test_texts_are_trimmed_and_empty_ones_are_none():
    form = Form()
    assert form.text("  田中 \n", 2, "name") == "田中"
    assert form.optional("\u3000", 5, "message") is None
    assert form.optional(None, 5, "message") is None
    assert form.texts([" a ", "b"], 2, 1, "hashtags") == ["a", "b"]
    assert form.reason(" why ", "reason") == "why"
    assert form.refusals == []


def test_length_is_counted_in_characters_after_trimming():
    form = Form()
    form.text(" 😀😀 ", 2, "name")
    assert form.refusals == []
    form.text("😀😀😀", 2, "name")
    form.optional("x" * 10_000_000, 2_000, "message")
    form.texts(["a", "b", "c"], 2, 1, "hashtags")
    form.texts(["a", "bb", " "], 3, 1, "accounts", 0, "tags")
    assert refusals(form) == [
        (ErrorCode.INVALID_INPUT, ["input", "name"]),
        (ErrorCode.INVALID_INPUT, ["input", "message"]),
        (ErrorCode.INVALID_INPUT, ["input", "hashtags"]),
        (ErrorCode.INVALID_INPUT, ["input", "accounts", "0", "tags", "1"]),
        (ErrorCode.INVALID_INPUT, ["input", "accounts", "0", "tags", "2"]),
    ]


def test_what_no_database_keeps_is_refused():
    form = Form()
    form.text("a\0b", 10, "name")
    form.text("a\ud800b", 10, "name")
    assert refusals(form) == [(ErrorCode.INVALID_INPUT, ["input", "name"])] * 2


def test_what_must_be_there_is_asked_for():
    form = Form()
    form.text(" ", 10, "title")
    form.reason(None, "reason")
    assert refusals(form) == [
        (ErrorCode.INVALID_INPUT, ["input", "title"]),
        (ErrorCode.REASON_REQUIRED, ["input", "reason"]),
    ]
