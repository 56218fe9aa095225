"""How much processor time starting costs: `python -m bench.start`.

The median of ten runs each, in seconds of user time: of `server.py --help`, of what a worker
imports, and of a whole server until it is ready, on an empty SQLite database. Compiled files are
there, as after `python -m compileall`. `--folder` measures another checkout.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.request import urlopen

RUNS = 10
PORT = 8799
HERE = Path(__file__).parent.parent


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=HERE, help="a checkout of Joinery")
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    checkout: Path = given.folder.resolve()
    compiled = [sys.executable, "-m", "compileall", "-q", "-x", r"\.venv|node_modules", checkout]
    subprocess.run(compiled, check=True)
    with tempfile.TemporaryDirectory() as folder:
        start = Start(checkout, Path(folder))
        start.run("server.py", "migrate")
        for name, measure in start.measures().items():
            print(f"{name:<30} {median(measure() for _ in range(given.runs)):.3f} s")


class Start:
    """Runs of one checkout in a folder of their own."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        self._checkout = checkout
        self._folder = folder
        self._environment = os.environ | {"PYTHONPATH": str(checkout)}

    def measures(self) -> dict[str, Callable[[], float]]:
        """Return what is measured, each as a function that returns seconds."""
        return {
            "server.py --help": lambda: self.run("server.py", "--help"),
            "import of the application": lambda: self.run("-c", "import server; server.app()"),
            "server until it is ready": self.serve,
        }

    def run(self, *words: str) -> float:
        """Run Python to its end, and return its user time."""
        return self._user_time(self._start(*words))

    def serve(self) -> float:
        """Start a server, end it as soon as it is ready, and return its user time."""
        process = self._start("server.py", "serve", "--port", str(PORT))
        while process.poll() is None and not _is_ready():
            time.sleep(0.02)
        process.terminate()
        return self._user_time(process)

    def _start(self, *words: str) -> "subprocess.Popen[bytes]":
        file = [str(self._checkout / word) if word == "server.py" else word for word in words]
        return subprocess.Popen(
            [sys.executable, *file],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _user_time(self, process: "subprocess.Popen[bytes]") -> float:
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        return used.ru_utime


def _is_ready() -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{PORT}/health/ready", timeout=5):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    main()
