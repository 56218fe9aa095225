"""The rules of who may take part: one table, and pure functions on it. No I/O."""
