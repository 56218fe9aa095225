"""The commands together, and how they tell that something is wrong."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from cyclopts import App, CycloptsError, UnusedCliTokensError

from commands.backup import backup
from commands.demo import demo
from commands.errors import in_words
from commands.import_file import import_file
from commands.migrate import migrate
from commands.print_schema import print_schema
from commands.serve import serve
from commands.token import token

HELP = """Joinery decides who takes part in which influencer-marketing campaign.

To try it out: `python server.py migrate`, `python server.py demo`, `python server.py`, then open
http://127.0.0.1:8000/graphql in a browser. Settings are `JOINERY_*` variables or lines of a file
named `.env`; docs/operations.md lists them.
"""

app = App(name="server.py", help=HELP, help_format="markdown", version_flags=[])
app.default(serve)
app.command(serve)
app.command(migrate)
app.command(demo)
app.command(import_file, name="import")
app.command(backup)
app.command(token)
app.command(print_schema, name="schema")


def cli(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name.

    What is wrong is told in words: with exit code 2 where the command line is, else with 1.
    """
    try:
        app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        _fail(f"{_mistake(error)} `python server.py --help` tells what there is.", 2)
    except Exception as error:
        told = in_words(error)
        if told is None:
            raise
        _fail(told)


def _mistake(error: CycloptsError) -> str:
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        return f"{' '.join(error.unused_tokens)}: there is no such command."
    return str(error)


def _fail(message: str, code: int = 1) -> NoReturn:
    print(f"server.py: {message}", file=sys.stderr)
    sys.exit(code)
