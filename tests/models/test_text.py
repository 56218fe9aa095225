"""Cleaning takes away what nobody sees, and folding what makes no difference."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import clean, clean_id, fold

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "text",
    [
        "\u200b",
        "\ufeff",
        "\u2060\u200d",
        " \ufe0f ",
        "\u00ad",
        "\u3164",
        "\u2800",
        "\x01",
        "\u202e\u3000",
    ],
)
def test_a_text_of_which_nothing_is_seen_is_empty(text: str):
    assert clean(text) == clean_id(text) == fold(text) == ""


@pytest.mark.parametrize(
    "text", ["Aiko ❤\ufe0f", FAMILY, ENGLAND, "می\u200cخواهم", "a\u200bb", "\0"]
)
def test_what_belongs_to_a_text_stays(text: str):
    assert clean(f" \u200b{text}\ufeff\u3000") == text


def test_an_id_has_nothing_that_nobody_sees():
    assert clean_id(" crm\u200b-\u2060\x02\u202e1\ufe0f ") == "crm-1"
    assert clean_id("crm 1\0") == "crm 1\0"


@given(st.text())
def test_folding_again_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folding_what_was_folded_before_gives_the_same(text: str):
    before = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())

    assert fold(before) == fold(text)
