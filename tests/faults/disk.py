"""A small disk of its own for a test, which can be filled, emptied and write-protected."""

import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A file system in memory."""

    folder: Path

    def fill(self, left: int) -> None:
        """Leave so many bytes of room."""
        free = os.statvfs(self.folder).f_bfree * os.statvfs(self.folder).f_frsize
        with self._ballast.open("ab") as ballast:
            os.posix_fallocate(ballast.fileno(), ballast.tell(), free - left)

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    @contextmanager
    def read_only(self) -> Generator[None]:
        """Have nobody open a file to write; those that are open stay so."""
        _run("mount", "--bind", str(self.folder), str(self.folder))
        _run("mount", "-o", "remount,bind,ro", str(self.folder))
        try:
            yield
        finally:
            _run("umount", "--lazy", str(self.folder))

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def small_disk(mebibytes: int) -> Generator[Disk]:
    """Mount it, and unmount it afterwards; where that is not allowed the test is skipped."""
    folder = Path(tempfile.mkdtemp(prefix="joinery-disk-"))
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "none", str(folder))
    except (OSError, RuntimeError) as error:
        folder.rmdir()
        pytest.skip(f"NOT TRIED: a small disk cannot be mounted here: {error}")
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))
        folder.rmdir()


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
