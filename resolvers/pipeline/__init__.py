"""What all mutations share: lock and load, decide, write, answer, in one transaction."""
