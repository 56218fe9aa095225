"""docs/operations.md tells every setting and every command."""

import re

from commands.cli import app
from tests.live import ROOT
from transport.settings import PREFIX, Settings

PAGE = (ROOT / "docs" / "operations.md").read_text()


def test_the_page_tells_every_setting_and_no_other() -> None:
    [table] = re.findall(r"^\| variable .*\n(?:\|.*\n)+", PAGE, re.MULTILINE)
    told = re.findall(rf"`{PREFIX}(\w+)`", table)
    assert sorted(told) == sorted(name.upper() for name in Settings.model_fields)


def test_the_page_tells_every_command() -> None:
    told = set(re.findall(r"^\| `\.venv/bin/python server\.py (\w+)", PAGE, re.MULTILINE))
    assert told == {name for name in app if not name.startswith("-")}
