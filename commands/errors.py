"""What a command says when it cannot do what was asked."""


class CommandError(Exception):
    """A command cannot do what was asked. Its text says why, for people."""


def in_words(error: Exception) -> str | None:
    """Return what went wrong in words for people, None where that is our own fault."""
    from database.connection import DatabaseError, UnreachableError
    from database.failures import is_outage
    from transport.settings import SettingsError

    if isinstance(error, UnreachableError):
        return f"{error} (JOINERY_DATABASE_URL says where it is)"
    if isinstance(error, DatabaseError):
        return f"JOINERY_DATABASE_URL: {error}"
    if isinstance(error, SettingsError | CommandError):
        return str(error)
    if is_outage(error):
        return f"the database was lost, or too busy ({error}): run the command again"
    return None
