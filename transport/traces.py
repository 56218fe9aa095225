"""Traces, sent where the variables of OpenTelemetry, which begin with `OTEL_`, say so."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from transport.settings import SettingsError

if TYPE_CHECKING:
    from telemetry.traces import Traces

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def traces_wanted() -> bool:
    """Return whether an exporter of traces is configured; raise SettingsError if it is missing."""
    named = [name for name in ENDPOINTS if os.environ.get(name)]
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "otlp")
    if not named or is_off or exporter != "otlp":
        return False
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
        raise SettingsError(
            f"{named[0]}: traces need the packages of deploy/requirements-otel.txt; install them,"
            " or leave the variable out"
        )
    return True


def new_traces() -> "Traces | None":
    """Return what traces this process, if that is wanted."""
    if not traces_wanted():
        return None
    from telemetry.traces import exporting  # noqa: PLC0415

    return exporting()


@asynccontextmanager
async def traces_sent(traces: "Traces | None") -> AsyncGenerator[None]:
    """Send the last spans when the block has ended."""
    try:
        yield
    finally:
        if traces is not None:
            await asyncio.to_thread(traces.close)
