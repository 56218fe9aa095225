"""The command line, typed into this process or, as people do, run as one of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from commands.cli import cli
from tests.live import ROOT

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def told(self) -> str:
        """What it said to be wrong: in words, with an exit code that says so."""
        assert self.code in (1, 2), self
        return self.err


class Typed:
    """Runs commands in this process, which saves the seconds that another takes to start."""

    def __init__(self, patch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]) -> None:
        self._patch = patch
        self._said = said

    def __call__(self, *arguments: object, settings: Mapping[str, str] | None = None) -> Ran:
        """Run one command to its end."""
        code = 0
        with self._patch.context() as patch:
            for name, value in (settings or {}).items():
                patch.setenv(name, value)
            try:
                cli([str(argument) for argument in arguments])
            except SystemExit as end:
                code = int(end.code or 0)
        out, err = self._said.readouterr()
        return Ran(code, out, err)


class CommandLine:
    """Runs commands as processes in a folder, with no `JOINERY_*` variable but those given."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("JOINERY_")}
        if database_url:
            self.environment["JOINERY_DATABASE_URL"] = database_url

    def __call__(self, *arguments: object, settings: Mapping[str, str] | None = None) -> Ran:
        """Run one command to its end; it never shows a stack trace."""
        done = subprocess.run(
            self.words(*arguments),
            cwd=self.folder,
            env=self.environment | dict(settings or {}),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start one command, in a process group of its own."""
        return subprocess.Popen(
            self.words(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )

    def words(self, *arguments: object) -> list[str]:
        """The command line."""
        return [sys.executable, str(ROOT / "server.py"), *map(str, arguments)]
