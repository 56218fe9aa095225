"""A receiver of webhooks in a process of its own, which fails, hangs, answers late, or hangs up.

It verifies each message, and writes a line about it before it answers. It accepts all messages as
soon as there is a file with the name of its log and `.calm`.
"""

import json
import os
import random
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from tests.data import SECRET

HANG_SECONDS = 5
"""Seconds that an answer is delayed: more than the sender waits."""
LATE_SECONDS = 0.7
MOODS = ["take"] * 60 + ["fail"] * 15 + ["hang"] * 5 + ["late"] * 10 + ["hang up"] * 10


def main(port: int, log: Path, seed: int) -> None:
    """Receive messages until killed."""
    chance, lock = random.Random(seed), threading.Lock()
    calm = log.with_suffix(".calm")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            data = Webhook(SECRET).verify(body, dict(self.headers))["data"]
            with lock:
                mood = "take" if calm.exists() else chance.choice(MOODS)
                line = {"id": self.headers["webhook-id"], "event": data["event"], "mood": mood}
                with log.open("a") as file:
                    file.write(f"{json.dumps(line)}\n")
            self._answer(mood)

        def _answer(self, mood: str) -> None:
            if mood == "hang up":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            time.sleep({"hang": HANG_SECONDS, "late": LATE_SECONDS}.get(mood, 0))
            try:
                self.send_response(500 if mood == "fail" else 200)
                self.send_header("content-length", "0")
                self.end_headers()
            except OSError:
                self.close_connection = True  # the sender has gone

        def log_message(self, format: str, *args: object) -> None:
            pass

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                os.sched_yield()

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def read(log: Path) -> list[dict[str, Any]]:
    """The lines about the messages so far, in order."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
