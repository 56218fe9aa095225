#!/bin/sh
# uvicorn 0.54.0 (PyPI)
#
# Expected: a server whose application cannot start ends with an exit code that says so, whatever the
# number of its workers; and a worker that cannot start later does not end those that serve.
#
# Seen: with one worker it is 3, with two it is 0, so that a service manager which restarts what has
# failed (systemd's Restart=on-failure, Docker's on-failure) leaves it ended. A worker that replaces one
# that was killed, and cannot start, ends the healthy one too, again with 0.
#
# For users: restart such a server always, and let no start-up fail for what may come back by itself,
# such as a database.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check uvicorn==0.54.0
cat > application.py <<'PY'
from pathlib import Path

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        outcome = "failed" if Path("away").exists() else "complete"
        await send({"type": f"lifespan.startup.{outcome}"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
PY
cat > check.py <<'PY'
import os, signal, subprocess, sys, time
from pathlib import Path

def start(workers):
    words = ["-m", "uvicorn", "application:app", "--port", "0", "--workers", str(workers)]
    log = open("log", "wb")
    return subprocess.Popen([sys.executable, *words], stdout=log, stderr=log)

Path("away").touch()
assert start(1).wait(60) == 3
assert start(2).wait(60) == 0
Path("away").unlink()
server = start(2)
deadline = time.monotonic() + 60
while (log := Path("log").read_text()).count("startup complete") < 2:
    assert time.monotonic() < deadline, log
    time.sleep(0.1)
Path("away").touch()
worker = int(log.partition("Started server process [")[2].partition("]")[0])
os.kill(worker, signal.SIGKILL)
assert server.wait(60) == 0
print("exit codes 3, 0, 0")
PY
venv/bin/python check.py
