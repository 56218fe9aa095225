"""SQL that several statements about deliveries share."""

REQUESTED_AGAIN = """failing_since = NULL, attempts = 0, requests = delivery.requests + 1,
    payload = NULL"""
"""Assignments for a delivery that is to be sent again, as if it had not been tried."""
