"""The packages of npm, whose clients are there while servers are broken."""

from tests.conformance.conftest import packages

__all__ = ["packages"]
