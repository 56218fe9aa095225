"""The commands together, and how they tell that something is wrong."""

import sys
from collections.abc import Sequence

from cyclopts import App

from commands.demo import demo
from commands.errors import CommandError
from commands.import_file import import_file
from commands.migrate import migrate
from commands.print_schema import print_schema
from commands.serve import serve
from commands.token import token
from models.database import DatabaseError
from transport.settings import SettingsError

HELP = """Joinery decides who takes part in which influencer-marketing campaign.

To try it out: `python server.py migrate`, `python server.py demo`, `python server.py`, then open
http://127.0.0.1:8000/graphql in a browser. Settings are `JOINERY_*` variables or lines of a file
named `.env`; the README lists them.
"""

app = App(name="server.py", help=HELP, help_format="markdown", version_flags=[])
app.default(serve)
app.command(serve)
app.command(migrate)
app.command(demo)
app.command(import_file, name="import")
app.command(token)
app.command(print_schema, name="schema")


def cli(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name; what is wrong is told in words, with exit code 1."""
    try:
        app(arguments)
    except (SettingsError, DatabaseError, CommandError) as error:
        print(f"server.py: {error}", file=sys.stderr)
        sys.exit(1)
