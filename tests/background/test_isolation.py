"""A part of a turn that fails does not stop the others."""

import logging

import pytest
from asyncpg.exceptions import ConfigurationLimitExceededError, QueryCanceledError

from background.isolation import isolating

_log = logging.getLogger(__name__)
TOO_SLOW = QueryCanceledError("canceling statement due to statement timeout")
TOO_LARGE = ConfigurationLimitExceededError("temporary file size exceeds temp_file_limit")


def work(done: list[int], *errors: Exception | None) -> None:
    """Do parts, and note their numbers; those fail for which there is an error."""
    with isolating(_log) as isolated:
        for number, error in enumerate(errors):
            with isolated(f"the part {number} failed"):
                if error is not None:
                    raise error
                done.append(number)


@pytest.mark.parametrize("error", [OverflowError("a bug"), TOO_SLOW, TOO_LARGE])
def test_what_is_of_one_part_is_logged(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    done = list[int]()
    work(done, error, None)
    assert done == [1]
    [record] = caplog.records
    assert record.getMessage() == "the part 0 failed"
    assert record.exc_info


def test_an_outage_is_raised_once_when_all_parts_were_tried(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = list[int]()
    with pytest.raises(ConnectionResetError, match="first"):
        work(done, ConnectionResetError("first"), None, ConnectionResetError("second"), None)
    assert done == [1, 3]
    assert not caplog.records
