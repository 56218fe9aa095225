"""`backup`: what it makes, and what it does not."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.commands.running import Typed


def test_a_copy_has_what_is_only_in_the_log_beside_the_file(run: Typed, tmp_path: Path) -> None:
    run("migrate")
    with closing(sqlite3.connect("joinery.db", isolation_level=None)) as writer:
        writer.execute("INSERT INTO category (key) VALUES ('food')")
        said = run("backup", "copy.db")
    assert said.code == 0
    assert said.out.startswith("copied joinery.db to copy.db, ")
    with closing(sqlite3.connect("copy.db")) as copy:
        assert copy.execute("SELECT key FROM category").fetchall() == [("food",)]
    assert not list(tmp_path.glob("*.part"))


def test_who_may_read_the_copy_is_who_may_read_the_database(run: Typed, tmp_path: Path) -> None:
    run("migrate")
    (tmp_path / "joinery.db").chmod(0o600)
    run("backup", "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten(run: Typed, tmp_path: Path) -> None:
    run("migrate")
    (tmp_path / "copy.db").write_text("precious")
    assert "copy.db is there already" in run("backup", "copy.db").told()
    assert (tmp_path / "copy.db").read_text() == "precious"
    (tmp_path / "other.db.part").write_text("of another backup")
    assert "if none runs, remove it" in run("backup", "other.db").told()
    assert (tmp_path / "other.db.part").exists()


def test_what_cannot_be_copied_is_told(run: Typed, tmp_path: Path) -> None:
    assert "joinery.db is not there" in run("backup", "copy.db").told()
    assert not (tmp_path / "joinery.db").exists()
    run("migrate")
    assert "nowhere" in run("backup", "nowhere/copy.db").told()
    (tmp_path / "joinery.db").write_text("Dear diary, " * 100)
    assert "not a database" in run("backup", "copy.db").told()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["joinery.db"]


def test_for_postgresql_it_says_what_to_run(run: Typed) -> None:
    url = "postgresql://me:hunter2@db.example/joinery"
    told = run("backup", "copy.db", settings={"JOINERY_DATABASE_URL": url}).told()
    assert 'pg_dump --format=custom --file=joinery.dump "$JOINERY_DATABASE_URL"' in told
    assert "hunter2" not in told
