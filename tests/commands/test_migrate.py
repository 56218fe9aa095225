"""`migrate`, and every way to name a database or to get its name wrong."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.commands.running import CommandLine, Ran, Typed
from tests.databases import Databases, PostgresDatabases
from tests.models.test_migrations import MIGRATIONS
from tests.postgres import Postgres, postgres

MIGRATED = "".join(f"applied {name}\n" for name in MIGRATIONS)
UP_TO_DATE = "the database is up to date\n"


def migrate(run: Typed, url: str) -> Ran:
    return run("migrate", settings={"JOINERY_DATABASE_URL": url})


@pytest.mark.slow
def test_twice(databases: Databases, tmp_path: Path) -> None:
    with databases.lend(migrated=False) as url:
        run = CommandLine(tmp_path, url)
        assert run("migrate") == Ran(0, MIGRATED, "")
        assert run("migrate") == Ran(0, UP_TO_DATE, "")


def test_the_default_is_a_file_of_the_working_directory(run: Typed, tmp_path: Path) -> None:
    assert run("migrate").out == MIGRATED
    assert (tmp_path / "joinery.db").exists()


def test_the_url_may_stand_in_a_file(run: Typed, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JOINERY_DATABASE_URL=sqlite://other.db\n")
    run("migrate")
    assert (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    "form",
    [
        "postgresql://postgres@/{name}?host={folder}",
        "postgres://postgres@/{name}?host={folder}",
        "postgresql:///{name}?host={folder}&user=postgres",
        "postgresql://?host={folder}&user=postgres&dbname={name}",
        "postgresql://postgres:@/{name}?host={folder}&sslmode=disable",
        "postgresql://postgres@{encoded}/{name}",
    ],
)
def test_every_form_of_a_postgresql_url_is_understood(
    run: Typed, postgres_databases: PostgresDatabases, postgres_server: Postgres, form: str
) -> None:
    folder = str(postgres_server.folder)
    with postgres_databases.lend() as url:
        name = url.partition("@/")[2].partition("?")[0]
        wanted = form.format(name=name, folder=folder, encoded=folder.replace("/", "%2F"))
        assert migrate(run, wanted) == Ran(0, UP_TO_DATE, "")


@pytest.fixture
def asking_for_passwords() -> Generator[Postgres]:
    """A server that lets nobody but postgres in without a password."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        rules = Path(folder) / "pg_hba.conf"
        rules.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        with postgres(options=("-c", f"hba_file={rules}")) as server:
            yield server


@pytest.mark.postgres
def test_a_password_may_be_percent_encoded(run: Typed, asking_for_passwords: Postgres) -> None:
    asking_for_passwords.sql("CREATE ROLE app SUPERUSER LOGIN PASSWORD 'p@ss/w:rd 谷%'")
    where = f"@/postgres?host={asking_for_passwords.folder}"

    right = migrate(run, f"postgresql://app:p%40ss%2Fw%3Ard%20%E8%B0%B7%25{where}")
    wrong = migrate(run, f"postgresql://app:guessed{where}").told()

    assert right.out == MIGRATED
    assert "JOINERY_DATABASE_URL" in wrong
    assert "password authentication failed" in wrong
    assert "guessed" not in wrong


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://localhost/joinery", "postgresql://"),
        ("joinery.db", "sqlite://"),
        ("sqlite://", "sqlite://joinery.db"),
        ("sqlite:///proc/nowhere/joinery.db", "/proc/nowhere/joinery.db cannot be used"),
        ("sqlite:///tmp", "/tmp cannot be used"),
        ("postgresql://localhost:port/joinery", "cannot be reached"),
        ("postgresql://127.0.0.1:1/joinery", "cannot be reached"),
        ("postgresql://nowhere.invalid/joinery", "cannot be reached"),
        ("postgresql://postgres@/joinery?host=/nowhere", "cannot be reached"),
        ("postgresql://127.0.0.1:1/joinery?sslmode=maybe", "cannot be reached"),
        ("postgresql://[::1/joinery", "cannot be read"),
    ],
)
def test_a_url_that_does_not_do_is_told_by_the_name_of_the_variable(
    run: Typed, url: str, says: str
) -> None:
    told = migrate(run, url).told()

    assert told.startswith("server.py: ")
    assert "JOINERY_DATABASE_URL" in told
    assert says in told
    assert told.count("\n") == 1


def test_a_database_that_is_not_there_is_told(run: Typed, postgres_server: Postgres) -> None:
    assert '"nowhere" does not exist' in migrate(run, postgres_server.url("nowhere")).told()


def test_a_database_that_is_away_is_not_blamed_on_its_url(run: Typed) -> None:
    told = migrate(run, "postgresql://127.0.0.1:1/joinery").told()
    assert told.startswith("server.py: the database cannot be reached: ")
    assert told.endswith(" (JOINERY_DATABASE_URL says where it is)\n")


def test_the_process_says_the_same(process: CommandLine) -> None:
    url = "sqlite:///proc/nowhere/joinery.db"
    told = process("migrate", settings={"JOINERY_DATABASE_URL": url}).told()
    assert told.startswith("server.py: JOINERY_DATABASE_URL: the file /proc/nowhere/joinery.db")


def test_a_file_that_is_no_database_is_told(run: Typed, tmp_path: Path) -> None:
    (tmp_path / "joinery.db").write_text("Dear diary, " * 100)
    assert "not a database" in run("migrate").told()


def _writable(tmp_path: Path) -> None:
    (tmp_path / "joinery.db").chmod(0o444)
    tmp_path.chmod(0o555)


def _folder(tmp_path: Path) -> None:
    (tmp_path / "joinery.db").unlink()
    tmp_path.chmod(0o555)


@pytest.mark.parametrize("protect", [_writable, _folder])
@pytest.mark.slow
def test_what_may_not_be_written_is_told(tmp_path: Path, protect: Callable[[Path], None]) -> None:
    run = CommandLine(tmp_path)
    run("migrate")
    for left in tmp_path.glob("joinery.db-*"):
        left.unlink()
    protect(tmp_path)
    # Root may write anywhere, unless it gives that up.
    dropped = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*dropped, *run.words("migrate")],
        cwd=tmp_path,
        env=run.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done
    assert done.stderr.startswith("server.py: JOINERY_DATABASE_URL: the file joinery.db")
    assert "writable" in done.stderr
