"""Which posts are live (`workflow.table.is_live`), as SQL."""


def live_sql(post: str) -> str:
    """Return the condition that a row of `post`, by this alias, is live."""
    return f"({post}.status <> 'INEFFECTIVE' AND coalesce({post}.warning, '') <> 'DELETED_POST')"
