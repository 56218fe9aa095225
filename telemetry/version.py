"""The version of this server, from where it is written: pyproject.toml."""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent.parent / "pyproject.toml"


@cache
def version() -> str:
    """Return the version of this server."""
    return tomllib.loads(_FILE.read_text("utf-8"))["project"]["version"]
