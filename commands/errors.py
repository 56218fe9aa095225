"""What a command says when it cannot do what was asked."""


class CommandError(Exception):
    """A command cannot do what was asked. Its text says why, for people."""
