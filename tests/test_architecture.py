"""Imports run one way, as the contracts of pyproject.toml say; dialects stay in `database/`."""

import ast
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent


def test_imports_run_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    # import-linter puts the working directory on the path, and we have it there already.
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(ROOT)
    # And it disables the loggers that there are.
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            monkeypatch.setattr(logger, "disabled", logger.disabled)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_only_database_tells_dialects_apart() -> None:
    found = {
        (str(file.relative_to(ROOT)), word)
        for file in _product()
        for word in _words(ast.parse(file.read_text()))
        if _DIALECT.search(word)
    }
    assert found == set()


_DIALECT = re.compile(r"dialect|sqlite|postgres|asyncpg", re.IGNORECASE)


def _product() -> Iterator[Path]:
    """Our files, without `database/`, the migrations (DDL differs), tests and the bench."""
    apart = {"database", "tests", "bench"}
    for folder in ROOT.iterdir():
        if folder.is_dir() and (folder / "__init__.py").exists() and folder.name not in apart:
            yield from (file for file in folder.rglob("*.py") if "migrations" not in file.parts)


def _words(tree: ast.Module) -> Iterator[str]:
    """The names and strings of the code, docstrings aside."""
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word):
                yield word
            case ast.alias(name=word) | ast.keyword(arg=str(word)):
                yield word
            case ast.ImportFrom(module=str(word)):
                yield word
            case ast.Constant(value=str(word)) if node not in docstrings:
                yield word
            case _:
                pass
