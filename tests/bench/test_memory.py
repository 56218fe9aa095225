"""The bench of memory sends documents that differ, and every case of a caller without a token."""

from pathlib import Path

import pytest

from bench.database import SMALL, database
from bench.memory import CASES, document, measure, report
from execution.documents import Documents, InvalidDocumentError
from projection.internals import core_schema
from schema import schema


def test_no_two_documents_are_the_same_and_one_in_four_is_wrong() -> None:
    documents = Documents(core_schema(schema))
    texts = [document(number) for number in range(40)]
    wrong = 0
    for text in texts:
        try:
            documents.operation(text, None)
        except InvalidDocumentError:
            wrong += 1
    assert (len(set(texts)), wrong) == (40, 10)


@pytest.mark.fault
@pytest.mark.slow
def test_everything_is_measured(tmp_path: Path) -> None:
    with database(SMALL, None) as found:
        grown_by, spent = measure(found, tmp_path, [20, 40])
    assert len(grown_by) == 4
    assert all(len(sizes) == 2 and min(sizes) > 1 for sizes in grown_by.values())
    assert spent.keys() == CASES.keys()
    told = report(grown_by, [20, 40], spent)
    assert all(f"| {title} |" in told for title in [*grown_by, *CASES])
