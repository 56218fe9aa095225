"""To how many influencers each campaign is available: a number that is kept, not counted each time.

The number is the last count plus the changes that transactions have appended since
(`models/availability.py`), so that no writer waits for another.

Writers (`writers.py`) append their changes. A participation that begins or ends, and an override,
change one pair, which `resolvers/pipeline/loading.py` has loaded. A change of influencers may
change the answer for any open campaign; so the answers are read before and after it, and the
differences appended (`track_changes`). Both kinds of writers hold the influencer's row, so they
never work on the same influencer at once.

The worker (`worker.py`) counts what is stale or has no number, and compacts: it replaces a number
and the many changes appended to it by their sum. Either way it stores the new number and deletes
exactly the changes that its statement saw, which lists them beside the number, and only if the row
has not been changed since it began. So changes that it did not see stay, and a rule that was edited
meanwhile stays stale. Before it counts, the worker waits for the transactions that were
already changing influencers, as they may have read the rules from before the edit
(`hold_rules_lock`); all later ones have read the rules that it counts by.

Readers (`readers.py`) use the number where it is fresh.
"""
