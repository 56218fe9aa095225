"""Plans in the background: freezing a list, applying it, and deleting it when its time is over.

`createPlan` and `undoPlan` store a plan that is PREPARING, `applyPlan` makes it APPLYING; two
workers do the rest. So the work is outside of the deadline of requests, and another process goes
on with it where one has died.

Freezing (`freezing.py`) reads in one snapshot: the list by the listing of the screen
(`request.py`), or the items of the plan that is taken back (`undoing.py`), and the facts that
decide (`facts.py`). It locks nothing that it reads. The items (`frozen.py`) are stored on the way,
and shown once all are; after a crash it begins anew.

Applying (`applying.py`) takes a thousand items at a time, each in a transaction that locks the
plan's row before campaigns and influencers, and moves `applied_through`. Whoever cancels a plan
locks its row too, so they wait for one transaction at most.

A third worker expires plans and deletes old lists (`expiry.py`), a fourth measures how long plans
have waited (`waiting_age.py`).
"""
