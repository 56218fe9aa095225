"""The steps by which a database comes to its present tables, on SQLite and PostgreSQL alike."""
