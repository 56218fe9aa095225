"""Random actions by random callers at once, through faults, and whether they can be explained."""
