"""The most that an operation may cost, in points (execution/pricing.py)."""

COST_LIMIT = 50_000
"Unless it is set otherwise. An operation that costs so much takes a second or two."
PUBLIC_LIMIT = 10_000
"Without a token: enough to read the whole schema twice."
