"""docs/api.md tells every code of an error with its status, and the limits."""

import re
from typing import get_args

from execution.cost import MAX_SELECTIONS
from execution.documents import MAX_COMMENTS, MAX_OPERATIONS, MAX_TOKENS
from execution.limits import COST_LIMIT
from projection.compiler import MAX_DEPTH
from projection.level import MAX_JOINS
from projection.listing import MAX_PAGE_SIZE, PAGE_SIZE
from projection.refusals import MAX_ERRORS
from resolvers.errors import RequestCode
from resolvers.mutations.add_referral_codes import MAX_CODES
from resolvers.pipeline.bulk import MAX_ITEMS
from resolvers.queries.nodes import MAX_IDS
from resolvers.queries.search import MAX_LISTED
from resolvers.queries.vocabulary import MAX_WORDS
from tests.live import ROOT
from transport.connections import MAX_HEAD
from transport.http import STATUS
from transport.request import MAX_ADDRESS, MAX_BODY, MAX_HEADER, MAX_NESTING
from workflow.facts import MAX_ACCOUNTS, POSTS_EACH
from workflow.plans import MAX_ITEMS as MAX_LIST

PAGE = (ROOT / "docs/api.md").read_text()
# Codes with which an operation has status 200: fields refuse a role during execution, a repeated
# call was executed before, and only streams use the last two.
WHILE_EXECUTING = {
    "FORBIDDEN": 200,
    "ANSWER_ERASED": 200,
    "SUBSCRIPTION_LIMIT": 200,
    "SLOW_CLIENT": 200,
}
LIMITS = [
    [MAX_PAGE_SIZE, PAGE_SIZE],
    [MAX_ITEMS],
    [MAX_ITEMS],
    [MAX_LIST],
    [MAX_CODES],
    [POSTS_EACH, MAX_ACCOUNTS],
    [MAX_IDS],
    [MAX_LISTED],
    [MAX_WORDS],
    [MAX_DEPTH],
    [MAX_JOINS],
    [MAX_ERRORS],
    [COST_LIMIT],
    [MAX_SELECTIONS],
    [MAX_NESTING],
    [MAX_OPERATIONS],
    [MAX_TOKENS, MAX_COMMENTS],
    [MAX_BODY >> 20],
    [MAX_ADDRESS >> 10, MAX_HEADER >> 10],
    [MAX_HEAD >> 10],
]


def test_the_page_tells_every_code_with_its_status() -> None:
    told = {
        code: int(status)
        for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, re.MULTILINE)
    }
    codes = set(get_args(RequestCode))
    assert told == {code: STATUS.get(code, 400) for code in codes} | WHILE_EXECUTING


def test_the_page_tells_the_limits() -> None:
    table = PAGE.partition("\n## Limits\n")[2]
    told = re.findall(r"^\| .* \| (.*\d.*) \| .* \|$", table, re.MULTILINE)
    numbers = [[int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", cell)] for cell in told]
    assert numbers == LIMITS
