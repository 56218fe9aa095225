"""The pieces of a worker's turn, of which none holds up the others by its failure."""

import logging
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from database.failures import is_general_outage

Piece: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Runs a block as one piece; the text is for the log, and says what has failed."""


@contextmanager
def in_pieces(log: logging.Logger) -> Generator[Piece]:
    """Yield what runs each piece of the work in the block.

    What fails in one is logged. An outage is raised at the end of the block, once for all pieces.
    """
    outages = list[Exception]()

    @contextmanager
    def piece(failure: str) -> Generator[None]:
        try:
            yield
        except Exception as error:
            if is_general_outage(error):
                outages.append(error)
            else:
                log.warning(failure, exc_info=True)

    yield piece
    if outages:
        raise outages[0]
