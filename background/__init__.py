"""Background workers: each takes its turns in one process at a time."""
