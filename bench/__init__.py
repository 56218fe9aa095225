"""Measurements of Joinery beside other servers, and beside its own past."""
