"""`make torture`: the long run, on PostgreSQL that is stopped too, and on SQLite."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from cyclopts import App

from database.migrations import migrate
from tests.torture.history import Violation
from tests.torture.play import Torture
from tests.torture.stage import Stage, opened

app = App(help="Act at random on a real server while it is broken, and explain every answer.")


@app.default
def main(*, actions: int = 20_000, seed: int | None = None, every: int = 150) -> None:
    """Do four fifths of the actions on PostgreSQL, and the rest on SQLite.

    Parameters
    ----------
    actions
        How many.
    seed
        The seed of an earlier run, which draws the same: a new one unless it is given.
    every
        After how many actions something is broken, on average.
    """
    seed = int(time.time()) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="joinery-torture-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        database = folder / "postgresql"
        url = f"postgresql://postgres@/postgres?host={database}"
        stage = Stage(url, folder, workers=3, postgres_folder=database)
        _run(stage, seed, actions - actions // 5, every)
        url = f"sqlite://{folder}/torture.db"
        asyncio.run(migrate(url))
        _run(Stage(url, folder, workers=2), seed, actions // 5, every)


def _run(stage: Stage, seed: int, actions: int, every: int) -> None:
    with opened(stage):
        torture = Torture(stage, seed, actions, faults_every=every)
        try:
            torture.run()
        except Violation as violation:
            print(torture, stage.group.said(), violation, sep="\n\n")
            sys.exit(1)
        print(torture, flush=True)


if __name__ == "__main__":
    app()
