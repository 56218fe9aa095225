"""Run the parts of a worker's turn so that one that fails does not stop the others."""

import logging
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from database.failures import is_general_outage

Isolated: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Runs a block as one part; the text is for the log, and says what has failed."""


@contextmanager
def isolating(log: logging.Logger) -> Generator[Isolated]:
    """Yield what runs each part of the work in the block.

    What fails in one is logged. An outage is raised at the end of the block, once for all parts.
    """
    outages = list[Exception]()

    @contextmanager
    def isolated(failure: str) -> Generator[None]:
        try:
            yield
        except Exception as error:
            if is_general_outage(error):
                outages.append(error)
            else:
                log.warning(failure, exc_info=True)

    yield isolated
    if outages:
        raise outages[0]
