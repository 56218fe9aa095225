"""Logs to standard error: a line of JSON each in production, for people in development."""

import logging
import re
import sys
import traceback
from typing import Any

import structlog
from structlog.types import EventDict, ExcInfo, Processor

from database.failures import is_outage
from database.loggers import TELL_VALUES, TELLS_OUTAGES
from telemetry.outages import database
from telemetry.requests import current_request


def configure_logs(level: str, *, as_json: bool) -> None:
    """Log everything from Joinery and from libraries in the same way."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = (
        [
            structlog.processors.ExceptionRenderer(_without_values),
            structlog.processors.JSONRenderer(default=repr),
        ]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED, processors=[remove_meta, _shorten_outages, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in TELL_VALUES:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    logging.getLogger(TELLS_OUTAGES).addFilter(_goes_beyond_outages)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


_DETAIL = re.compile(
    r"\nDETAIL: .*?(?=\nHINT: |\n\nDuring handling|\n\nThe above exception|\Z)", re.DOTALL
)
"""In this part of an error's text the database tells the values of a row."""


def _without_values(exc_info: ExcInfo) -> str:
    """Return a traceback without local variables and rows, which tell of people."""
    return _DETAIL.sub("", "".join(traceback.format_exception(exc_info[1]))).rstrip()


def _add_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    if (record := current_request.get()) is not None:
        event["request_id"] = record.id
        if record.trace_id is not None:
            event["trace_id"] = record.trace_id
    return event


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    _add_request_id,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _shorten_outages(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Log a lost database as one line: its error tells enough, without the traceback."""
    error = _error_of(event.get("exc_info"))
    if error is not None and is_outage(error) and not _is_of_files(error):
        del event["exc_info"]
        event["error"] = repr(error)
    return event


def _goes_beyond_outages(entry: logging.LogRecord) -> bool:
    """Return whether an entry is to be written; an outage is told once for all who notice it."""
    error = _error_of(entry.exc_info)
    if error is None or not is_outage(error):
        return True
    database.failed(error)
    return False


def _is_of_files(error: BaseException) -> bool:
    """Return whether the error is about a file, not about a connection."""
    return isinstance(error, OSError) and error.filename is not None


def _error_of(exc_info: Any) -> BaseException | None:
    """Return the exception that a log entry is about, in each form that `exc_info` may have."""
    if isinstance(exc_info, BaseException):
        return exc_info
    _, error, _ = sys.exc_info() if exc_info is True else exc_info or (None, None, None)
    return error
