"""docs/api.md tells every code of an error, and the status it has."""

import re
from typing import get_args

from resolvers.errors import RequestCode
from tests.live import ROOT
from transport.http import STATUS

NOT_SENT_YET = {"DOCUMENT_NOT_TRUSTED", "RATE_LIMITED"}
# Fields alone refuse a role, so that execution has begun.
WHILE_EXECUTING = {"FORBIDDEN": 200}


def test_the_page_tells_every_code_with_its_status() -> None:
    page = (ROOT / "docs/api.md").read_text()
    told = {
        code: int(status)
        for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE)
    }
    codes = set(get_args(RequestCode)) - NOT_SENT_YET
    assert told == {code: STATUS.get(code, 400) for code in codes} | WHILE_EXECUTING
