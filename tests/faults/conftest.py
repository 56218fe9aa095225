"""The npm packages, for tests whose clients stay connected while servers are broken."""

from tests.conformance.conftest import packages

__all__ = ["packages"]
