"""The access log: a line for each request, with its statements if it was slow.

It tells nothing of people: no variables, no names, no token, no query string.
"""

import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from telemetry.requests import Record

NAME = "joinery.access"
MAX_NAME = 100
"Characters of an operation's name."
MAX_STATEMENTS = 100

_AS_LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning"}


class AccessLog:
    """Writes lines at the level that logs have when it is made.

    As JSON a line goes past structlog: its processors and the standard library's take 60
    microseconds, a fifth of a small request; this takes four.
    """

    def __init__(self, *, as_json: bool) -> None:
        self._write = _write_json if as_json else _write_text
        self.level = logging.getLogger(NAME).getEffectiveLevel()
        self._worker = os.getpid()

    def tell(self, level: int, record: Record, method: str, path: str, seconds: float) -> None:
        """Write the line of a request; one that warns has statements."""
        name, is_operation = record.name, record.is_operation
        line = {
            "event": record.event,
            "request_id": record.id,
            "method": method,
            "path": path,
            "operation": name[:MAX_NAME] if name else None,
            "type": record.type if is_operation else None,
            "role": record.role,
            "outcome": record.outcome if is_operation else None,
            "code": record.code,
            "status": record.status or None,
            "ms": round(1000 * seconds, 3),
            "worker": self._worker,
        }
        if record.trace_id is not None:
            line["trace_id"] = record.trace_id
        if record.messages is not None:
            line["messages"] = record.messages
        if record.closed is not None:
            line["closed"] = record.closed
        if level == logging.WARNING:
            line |= _cost(record)
        self._write(level, line)


def _write_json(level: int, line: dict[str, Any]) -> None:
    line["level"] = _LEVELS[level]
    line["logger"] = NAME
    line["timestamp"] = datetime.now(UTC)
    # Where nobody reads any more, the request goes on.
    with suppress(OSError):
        os.write(sys.stderr.fileno(), orjson.dumps(line, option=_AS_LINE))


def _write_text(level: int, line: dict[str, Any]) -> None:
    log = structlog.stdlib.get_logger(NAME)
    log.log(level, **{name: value for name, value in line.items() if value is not None})


def _cost(record: Record) -> dict[str, Any]:
    """Return where the time of a slow request went."""
    statements = [
        {"sql": each.sql, "rows": each.rows, "ms": round(each.milliseconds, 3)}
        for each in record.statements[:MAX_STATEMENTS]
    ]
    queued = round(1000 * record.queued, 3)
    return {"is_slow": True, "queue_ms": queued, "statements": statements}
