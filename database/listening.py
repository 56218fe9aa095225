"""LISTEN on a channel of PostgreSQL, by a connection of its own that is replaced when lost."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from database.session import connection

PAUSE_SECONDS = 0.5
"""Seconds between two attempts to connect."""
PROBE_SECONDS = 15.0
"""Seconds between two probes of the connection, which may be lost without a sign."""
ANSWER_SECONDS = 5.0
"""Seconds that the answer to a probe may take."""

_log = logging.getLogger(__name__)


async def listen(channel: str, hear: Callable[[], None]) -> None:
    """Call `hear` after each notification, until cancelled.

    It is also called after each connection, before which there may have been notifications.
    """
    while True:
        try:
            await _listen(channel, hear)
        except Exception as error:  # noqa: BLE001
            _log.info("%s is not listened to now: %r", channel, error)
        await asyncio.sleep(PAUSE_SECONDS)


async def _listen(channel: str, hear: Callable[[], None]) -> None:
    """Listen until the connection is lost."""
    client: Any = connection()
    driver = await client.connect()
    lost = asyncio.Event()

    def on_end(_driver: Any) -> None:
        lost.set()

    def on_notification(*_given: Any) -> None:
        hear()

    try:
        driver.add_termination_listener(on_end)
        await driver.add_listener(channel, on_notification)
        hear()  # earlier notifications do not arrive
        while not lost.is_set():
            try:
                await asyncio.wait_for(lost.wait(), PROBE_SECONDS)
            except TimeoutError:
                await driver.execute("SELECT 1", timeout=ANSWER_SECONDS)
    finally:
        driver.terminate()
