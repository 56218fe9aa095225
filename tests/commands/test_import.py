"""`import`: line by line, as often as one likes, from files as they come."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.commands.running import CommandLine, Ran, Typed
from tests.databases import Databases, SqliteDatabases

HEADER = "externalId,name,email,country,categories,platform,accountExternalId,handle,followers"
AIKO = "crm-1,田中 愛子,aiko@example.com,JP,Beauty;Food,INSTAGRAM,ig-1,aiko,12000"
AIKO_TOO = "crm-1,田中 愛子,aiko@example.com,JP,Beauty;Food,TIKTOK,tt-1,aiko.tt,800"
SOMCHAI = "crm-2,สมชาย,,TH,,,,,"


def csv_file(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    file = folder / "people.csv"
    file.write_bytes("\r\n".join((HEADER, *lines, "")).encode(encoding))
    return file


def json_lines(folder: Path, *objects: object) -> Path:
    file = folder / "people.jsonl"
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in objects))
    return file


def person(number: int, **fields: Any) -> dict[str, Any]:
    return {"externalId": f"crm-{number}", "name": f"Influencer {number}", **fields}


def account(number: int, **fields: Any) -> dict[str, Any]:
    known = {"platform": "X", "externalId": f"x-{number}", "handle": "x", "followers": 5}
    return known | fields


class Importing:
    """Imports into one database, in this process."""

    def __init__(self, run: Typed, url: str) -> None:
        self._run = run
        self._settings = {"JOINERY_DATABASE_URL": url}

    def __call__(self, file: Path) -> Ran:
        return self._run("import", file, settings=self._settings)

    def counts(self, file: Path) -> list[int]:
        """How many were created, updated, unchanged and refused, by what it says at the end."""
        words = self(file).out.splitlines()[-1].replace(",", "").split()
        assert words[1::2] == ["created", "updated", "unchanged", "refused"]
        return [int(word) for word in words[0::2]]

    def complaints(self, file: Path) -> Sequence[str]:
        """What it says about lines."""
        return [line for line in self(file).out.splitlines() if line.startswith("line ")]


@pytest.fixture
def importing(run: Typed, sqlite_databases: SqliteDatabases):
    with sqlite_databases.lend() as url:
        yield Importing(run, url)


@pytest.mark.slow
def test_csv_and_json_lines_come_to_the_same_on_both_databases(
    databases: Databases, tmp_path: Path
) -> None:
    objects = [
        person(1, name="田中 愛子", email="aiko@example.com", country="JP")
        | {"categories": ["Beauty", "Food"]}
        | {
            "accounts": [
                {"platform": "INSTAGRAM", "externalId": "ig-1", "handle": "aiko"}
                | {"followers": 12000},
                {"platform": "TIKTOK", "externalId": "tt-1", "handle": "aiko.tt"}
                | {"followers": 800},
            ]
        },
        person(2, name="สมชาย", email=None, country="TH"),
    ]
    with databases.lend() as url:
        run = CommandLine(tmp_path, url)
        from_csv = run("import", csv_file(tmp_path, AIKO, AIKO_TOO, SOMCHAI))
        from_json = run("import", json_lines(tmp_path, *objects))

    assert (from_csv.code, from_json.code) == (0, 0)
    assert "2 created, 0 updated, 0 unchanged, 0 refused" in from_csv.out
    assert "0 created, 0 updated, 2 unchanged, 0 refused" in from_json.out


def test_twice_changes_nothing(importing: Importing, tmp_path: Path) -> None:
    file = csv_file(tmp_path, AIKO, AIKO_TOO, SOMCHAI)
    assert importing.counts(file) == [2, 0, 0, 0]
    assert importing.counts(file) == [0, 0, 2, 0]


def test_a_newer_file_updates(importing: Importing, tmp_path: Path) -> None:
    importing(csv_file(tmp_path, AIKO, SOMCHAI))
    assert importing.counts(csv_file(tmp_path, AIKO.replace("12000", "13000"), SOMCHAI)) == [
        0, 1, 1, 0,
    ]  # fmt: skip


def test_after_an_interruption_it_goes_on(importing: Importing, tmp_path: Path) -> None:
    everyone = [person(number) for number in range(2_500)]
    # What an interruption leaves: whole batches, from the start of the file.
    assert importing.counts(json_lines(tmp_path, *everyone[:1_000])) == [1_000, 0, 0, 0]
    assert importing.counts(json_lines(tmp_path, *everyone)) == [1_500, 0, 1_000, 0]


def test_what_is_refused_is_told_line_by_line_and_the_rest_is_imported(
    importing: Importing, tmp_path: Path
) -> None:
    file = csv_file(
        tmp_path,
        AIKO,
        "crm-3,,,,,,,,",
        "crm-4,No country,,XX,,,,,",
        "crm-5,Bad account,,,,MYSPACE,m-1,m,1",
        "crm-6,Two accounts,,,,X,x-6,six,1",
        "crm-6,Two accounts,,,,X,x-7,seven,many",
        "crm-7,Too many cells,,,,,,,,,,",
        AIKO,
        'crm-8,"Not closed,,,,,,,',
    )
    done = importing(file)
    told = [line for line in done.out.splitlines() if line.startswith("line ")]

    assert done.code == 1
    assert [line.split(": ")[:2] for line in told] == [
        ["line 3", "name"],
        ["line 4", "country"],
        ["line 5", "accounts.0.platform"],
        ["line 7", "accounts.1.followers"],
        ["line 8", "it has more cells than columns"],
        ["line 9", "externalId"],
        ["line 10", "cannot be read"],
    ]
    assert "1 created, 0 updated, 0 unchanged, 7 refused" in done.out


def test_json_lines_are_refused_one_by_one(importing: Importing, tmp_path: Path) -> None:
    file = json_lines(
        tmp_path,
        person(1),
        [1, 2],
        person(2, nickname="x"),
        person(3, email=5),
        person(4, accounts=[account(1), account(2, followers=-1)]),
        person(5, accounts=[account(3, followers=10**30)]),
        person(6, name=""),
        {"name": "nobody"},
        person(1),
    )
    with file.open("a") as more:
        more.write('\n{"externalId": \n\n')
    told = importing.complaints(file)

    assert [line.split(": ")[:2] for line in told] == [
        ["line 2", "this is no JSON object"],
        ["line 3", "nickname"],
        ["line 4", "email"],
        ["line 5", "accounts.1.followers"],
        ["line 6", "accounts.0.followers"],
        ["line 7", "name"],
        ["line 8", "externalId"],
        ["line 9", "externalId"],
        ["line 10", "this is no JSON"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_mark_before_utf8_is_no_part_of_the_text(
    importing: Importing, tmp_path: Path, encoding: str
) -> None:
    assert importing.counts(csv_file(tmp_path, AIKO, encoding=encoding)) == [1, 0, 0, 0]
    lines = json_lines(tmp_path, person(2))
    lines.write_bytes(lines.read_text().encode(encoding))
    assert importing.counts(lines) == [1, 0, 0, 0]


def test_lines_in_another_encoding_are_refused(importing: Importing, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "crm-1,José,,,,,,,", "crm-2,Jose,,,,,,,", encoding="latin-1")
    assert importing.complaints(file) == ["line 2: this is not UTF-8 text"]
    assert importing.counts(file) == [0, 0, 1, 1]


def test_a_file_in_utf16_is_refused(importing: Importing, tmp_path: Path) -> None:
    told = importing(csv_file(tmp_path, AIKO, encoding="utf-16")).told()
    assert "save it in UTF-8" in told


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("externalId;name", "lacks externalId"),
        ("externalId,country", "lacks name"),
        ("externalId,name,Country", "has an unknown 'Country'"),
        ("externalId,name,name", "has name twice"),
        ("", "lacks externalId"),
        ('"externalId,name', "cannot be read"),
        ("external\0Id,name", "lacks externalId"),
    ],
)
def test_wrong_columns_are_named(
    importing: Importing, tmp_path: Path, header: str, says: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"{header}\ncrm-1,Aiko\n" if header else "")
    told = importing(file).told()
    assert says in told
    assert "people.csv" in told


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_huge_line_is_refused_alone(importing: Importing, tmp_path: Path, kind: str) -> None:
    name = "x" * 10_000_000
    if kind == "csv":
        file = csv_file(tmp_path, f"crm-1,{name},,,,,,,", SOMCHAI)
    else:
        file = json_lines(tmp_path, person(1, name=name), person(2))
    [told] = importing.complaints(file)
    assert told.startswith("line ")
    assert len(told) < 300
    assert importing.counts(file) == [0, 0, 1, 1]


def test_an_empty_file_is_nothing_to_do(importing: Importing, tmp_path: Path) -> None:
    assert importing.counts(csv_file(tmp_path)) == [0, 0, 0, 0]
    assert importing.counts(json_lines(tmp_path)) == [0, 0, 0, 0]


def test_a_file_of_another_kind_is_refused(importing: Importing, tmp_path: Path) -> None:
    file = tmp_path / "people.xlsx"
    file.write_bytes(b"PK")
    assert "ends in .csv or .jsonl" in importing(file).told()


def test_without_tables_it_says_what_to_do(run: Typed, tmp_path: Path) -> None:
    told = run("import", csv_file(tmp_path, AIKO)).told()
    assert "python server.py migrate" in told
