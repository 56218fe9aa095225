"""`import`: line by line, as often as one likes, from files as they come."""

import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.commands.running import CommandLine, Ran, Typed
from tests.databases import Databases, SqliteDatabases

URL = "JOINERY_DATABASE_URL"
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
        self._settings = {URL: url}

    def __call__(self, file: Path, *options: str) -> Ran:
        return self._run("import", file, *options, settings=self._settings)

    def counts(self, file: Path, *options: str) -> list[int]:
        """How many were created, updated, unchanged and refused, by what it says at the end."""
        words = self(file, *options).out.splitlines()[-1].replace(",", "").split()
        assert words[1::2] == ["created", "updated", "unchanged", "refused"]
        return [int(word) for word in words[0::2]]

    def complaints(self, file: Path, *options: str) -> Sequence[str]:
        """What it says about lines."""
        lines = self(file, *options).out.splitlines()
        return [line for line in lines if line.startswith("line ")]

    def stored(self) -> dict[str, list[str]]:
        """The influencers who are stored, each with their accounts."""
        sql = """
            SELECT i.external_id, i.name || ' ' || coalesce(i.country, '-'),
                   a.platform || ' ' || a.external_id || ' ' || a.handle || ' ' || a.followers
            FROM influencer i LEFT JOIN social_account a ON a.influencer_id = i.id
            ORDER BY i.id, a.id"""
        people: dict[str, list[str]] = {}
        with closing(sqlite3.connect(self._settings[URL].removeprefix("sqlite://"))) as connection:
            for external_id, name, account in connection.execute(sql):
                people.setdefault(external_id, [name])
                people[external_id] += [account] if account else []
        return people


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
    assert importing.complaints(file) == [
        "line 2: this is not UTF-8 text: save the file as CSV UTF-8"
    ]
    assert importing.counts(file) == [0, 0, 1, 1]


def test_json_lines_in_utf16_are_refused(importing: Importing, tmp_path: Path) -> None:
    lines = json_lines(tmp_path, person(2))
    lines.write_bytes(lines.read_text().encode("utf-16"))
    assert "save it in UTF-8" in importing(lines).told()


@pytest.mark.parametrize(
    ("encoding", "separator", "told"),
    [
        ("utf-16", "\t", "UTF-16, separated by tabs"),
        ("utf-16", ",", "UTF-16, separated by commas"),
        ("cp932", ",", "CP932 (Shift_JIS), separated by commas"),
        ("cp932", "\t", "CP932 (Shift_JIS), separated by tabs"),
        ("utf-8-sig", ";", "UTF-8, separated by semicolons"),
        ("utf-8", ",", "UTF-8, separated by commas"),
    ],
)
def test_files_as_spreadsheets_write_them(
    importing: Importing, tmp_path: Path, encoding: str, separator: str, told: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerows(line.split(",") for line in (HEADER, AIKO, AIKO_TOO))
    file = tmp_path / "people.csv"
    file.write_bytes(text.getvalue().encode(encoding))

    assert told in importing(file).out
    # The same as the file that has no such form: nothing of the text was misread.
    assert importing.counts(csv_file(tmp_path, AIKO, AIKO_TOO)) == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("externalId|name", "separated by '|'"),
        ("externalId name", "separated by ' '"),
        ("externalId;email", "lacks name"),
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


# Numbers, and other values that could mean two things


@pytest.mark.parametrize(
    ("followers", "hint"),
    [
        ("210.000", "write 210000"),
        ('"12,000"', "write 12000"),
        ("1 234 567", "write 1234567"),
        ("１２０００", "write 12000"),
        ("12.0", "write it in digits alone, such as 210000"),
        ("1_0", "write it in digits alone"),
        ("1e5", "write it in digits alone"),
        (" 12k", "write it in digits alone"),
        ("-5", "write it in digits alone"),
        ("+5", "write it in digits alone"),
        ("٣", "write it in digits alone"),
        ("", "write it in digits alone"),
        ("2147483648", "is too large"),
        ("9" * 5_000, "is too large"),
    ],
)
def test_a_number_of_followers_is_digits_alone(
    importing: Importing, tmp_path: Path, followers: str, hint: str
) -> None:
    row = f"crm-1,Aiko,,,,X,x-1,aiko,{followers}"
    [told] = importing.complaints(csv_file(tmp_path, row, SOMCHAI))
    assert told.startswith("line 2: accounts.0.followers: '")
    assert hint in told
    assert list(importing.stored()) == ["crm-2"]


@pytest.mark.parametrize("followers", [True, 210.0, "210000", "210.000", None, [1], -1, 2**31])
def test_json_lines_take_no_number_for_another(
    importing: Importing, tmp_path: Path, followers: object
) -> None:
    file = json_lines(tmp_path, person(1, accounts=[account(1, followers=followers)]), person(2))
    [told] = importing.complaints(file)
    assert told.startswith("line 1: accounts.0.followers: ")
    assert list(importing.stored()) == ["crm-2"]


@pytest.mark.parametrize(("followers", "written"), [(True, "true"), (None, "null")])
def test_a_value_of_json_lines_is_told_as_it_is_written(
    importing: Importing, tmp_path: Path, followers: object, written: str
) -> None:
    file = json_lines(tmp_path, person(1, accounts=[account(1, followers=followers)]))
    [told] = importing.complaints(file)
    assert told.startswith(f"line 1: accounts.0.followers: {written} is not a whole number")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", 5), ("name", ["x"]), ("externalId", 5), ("externalId", None), ("email", True),
        ("country", {"code": "JP"}), ("categories", "Beauty"), ("categories", {"a": 1}),
        ("categories", [["Beauty"]]), ("categories", [5]), ("accounts", {"platform": "X"}),
        ("accounts", [["X"]]), ("avatarUrl", 1.5),
    ],
)  # fmt: skip
def test_json_lines_take_no_value_for_one_of_another_type(
    importing: Importing, tmp_path: Path, column: str, value: object
) -> None:
    [told] = importing.complaints(json_lines(tmp_path, person(1) | {column: value}))
    assert told.startswith(f"line 1: {column}")
    assert importing.stored() == {}


def test_an_id_that_a_spreadsheet_has_rounded_is_refused(
    importing: Importing, tmp_path: Path
) -> None:
    rows = ("crm-1,Aiko,,,,INSTAGRAM,1.78414E+16,aiko,5", "1E+05,Ben,,,,,,,")
    told = importing.complaints(csv_file(tmp_path, *rows))
    assert [line.split(": ")[1] for line in told] == ["accounts.0.externalId", "externalId"]
    assert importing.stored() == {}


# Rows of one influencer


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["crm-7,Aiko,,JP,,X,1,a,1", "crm-7,Bob Smith,,JP,,X,2,b,2"], ["line 3: name"]),
        (["crm-7,Aiko,,JP,,X,1,a,1", "crm-7,Bob,,US,,X,2,b,2"],
         ["line 3: country", "line 3: name"]),
        (["crm-7,Aiko,,,,X,1,a,1", "crm-7,Aiko,,JP,,X,2,b,2"], ["line 3: country"]),
        (["crm-7,,,,,X,1,a,1", "crm-7,Aiko,,,,X,2,b,2"], ["line 3: name"]),
        (["crm-7,Aiko,a@b.c,,,,,,", "crm-7,,,,,X,1,a,1", "crm-7,,d@e.f,,,X,2,b,2"],
         ["line 4: email"]),
        (["crm-7,Aiko,,,Food,,,,", "crm-7,,,,Beauty,X,1,a,1"], ["line 3: categories"]),
        (["crm-7,Aiko,,,,X,1,a,1", 'crm-7,"Aiko"x,,,,X,2,b,2', "crm-7,,,,,X,3,c,3"],
         ["line 3: cannot be read"]),
        (["crm-7,Aiko,,,,X,1,a,1", "crm-7,,,,,X,2,b,2,more", "crm-7,,,,,X,3,c,3"],
         ["line 3: it has more cells than columns"]),
        (["crm-7,Aiko,,,,X,1,a,1", "crm-7,,,,,X,2,b,many"], ["line 3: accounts.1.followers"]),
    ],
)  # fmt: skip
def test_rows_of_one_influencer_agree_or_nothing_is_stored(
    importing: Importing, tmp_path: Path, rows: Sequence[str], told: Sequence[str]
) -> None:
    done = importing(csv_file(tmp_path, *rows, SOMCHAI))
    lines = [line for line in done.out.splitlines() if line.startswith("line ")]
    assert [": ".join(line.split(": ")[:2]) for line in lines] == told
    assert "1 created, 0 updated, 0 unchanged, 1 refused" in done.out
    assert list(importing.stored()) == ["crm-2"]


def test_only_the_first_row_need_say_who_it_is(importing: Importing, tmp_path: Path) -> None:
    rows = ("crm-7,Aiko,,JP,Food,X,1,a,1", "crm-7,,,,,X,2,b,2", " crm-7 ,Aiko ,,,Food,X,3,c,3")
    assert importing.counts(csv_file(tmp_path, *rows)) == [1, 0, 0, 0]
    assert importing.stored() == {"crm-7": ["Aiko JP", "4 1 a 1", "4 2 b 2", "4 3 c 3"]}


def test_rows_without_an_id_are_refused_one_by_one(importing: Importing, tmp_path: Path) -> None:
    file = csv_file(tmp_path, ",Aiko,,,,,,,", ",Ben,,,,,,,")
    told = importing.complaints(file)
    assert [line.split(": ")[:2] for line in told] == [
        ["line 2", "externalId"], ["line 3", "externalId"],
    ]  # fmt: skip
    assert importing.counts(file) == [0, 0, 0, 2]


def test_rows_of_one_influencer_that_stand_apart_are_refused(
    importing: Importing, tmp_path: Path
) -> None:
    # The first is refused for its number: the one further down is not theirs to be taken instead.
    file = csv_file(tmp_path, "crm-1,Aiko,,,,X,x-1,a,1k", SOMCHAI, "crm-1,Aiko,,,,X,x-1,a,1000")
    told = importing.complaints(file)
    assert told[1] == "line 4: externalId: it stands on line 2 already"
    assert list(importing.stored()) == ["crm-2"]


# Files that are not whole


def test_an_open_quote_is_told_where_its_row_begins(importing: Importing, tmp_path: Path) -> None:
    rows = [f"crm-{number},Influencer {number},,,,,,," for number in range(8_000)]
    rows[0] = 'crm-0,"Influencer 0,,,,,,,'
    done = importing(csv_file(tmp_path, *rows))
    [told] = [line for line in done.out.splitlines() if line.startswith("line ")]
    assert told.startswith("line 2: cannot be read: a quote in this row is not closed")

    lost = int(told.split("(")[1].split(")")[0].replace(",", ""))
    last = int(told.split(" to ")[1].split(" ")[0].replace(",", ""))
    assert last - 1 == lost
    assert f"{8_000 - lost:,} created, 0 updated, 0 unchanged, {lost:,} refused" in done.out
    assert f"crm-{last - 1}" in importing.stored()


@pytest.mark.parametrize(
    ("rows", "lost"),
    [
        (['crm-1,"Open,,,,,,,', SOMCHAI, 'crm-3,"Ben, Jr.",,,,,,,'], 3),
        (['crm-1,"Open,,,,,,,', SOMCHAI, 'crm-3,Ben",,,,,,,'], 3),
        (['crm-1,"Open,,,,,,,', SOMCHAI], 2),
    ],
)
def test_an_open_quote_takes_no_one_with_it_unsaid(
    importing: Importing, tmp_path: Path, rows: Sequence[str], lost: int
) -> None:
    file = csv_file(tmp_path, *rows, "crm-9,Nina,,,,,,,") if lost == 3 else tmp_path / "people.csv"
    if lost == 2:
        file.write_text("\n".join((HEADER, *rows)))
    [told] = importing.complaints(file)
    assert told.startswith("line 2: ")
    assert f"lines 2 to {lost + 1} ({lost}) are lost" in told
    assert importing.counts(file)[3] == lost


def test_a_row_is_told_by_its_first_line(importing: Importing, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        'externalId,name,bio,country\n'
        'crm-1,Aiko,"three\nlines\nhere",JP\n'
        '\n'
        'crm-2,Ben,"two\nlines",XX\n'
        'crm-3,Cat,,YY\n'
    )  # fmt: skip
    columns = ("--columns", "externalId=externalId")
    told = importing.complaints(file, *columns)
    assert [line.split(": ")[0] for line in told] == ["line 6", "line 8"]
    assert importing.stored() == {"crm-1": ["Aiko JP"]}


def test_blank_rows_and_columns_are_nothing(importing: Importing, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("externalId,name,country,,\ncrm-1,Aiko,JP,,\n,,,,\n, ,,,,,\n\ncrm-2,Ben\n")
    assert importing.counts(file) == [2, 0, 0, 0]
    file.write_text("externalId,name,,\ncrm-1,Aiko,JP,\n")
    assert importing.complaints(file) == ["line 2: it has more cells than columns"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_any_line_end(importing: Importing, tmp_path: Path, end: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(end.join((HEADER, AIKO, "crm-3,Ben,,XX,,,,,", SOMCHAI)).encode())
    [told] = importing.complaints(file)
    assert told.startswith("line 3: country")
    assert importing.counts(file) == [0, 0, 2, 1]


def test_a_stray_carriage_return_parts_no_row(importing: Importing, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"externalId,name\ncrm-1,Ai\rko,JP\ncrm-2,Ben\n")
    assert importing.complaints(file) == ["line 2: cannot be read: a line ends within a cell"]
    assert list(importing.stored()) == ["crm-2"]


def test_hostile_cells_are_refused_or_stored_as_they_are(
    importing: Importing, tmp_path: Path
) -> None:
    file = csv_file(tmp_path, "crm-1,A\0B,,,,,,,", "crm-2,=1+1,,,,,,,", "crm-3,<b>,,,,,,,")
    [told] = importing.complaints(file)
    assert told.startswith("line 2: name: ")
    assert importing.stored() == {"crm-2": ["=1+1 -"], "crm-3": ["<b> -"]}


def test_a_million_columns(importing: Importing, tmp_path: Path) -> None:
    many = ",".join(f"c{number}" for number in range(1_000_000))
    file = tmp_path / "people.csv"
    file.write_text(f"externalId,name,{many}\ncrm-1,Aiko\n")
    assert "has an unknown 'c0'" in importing(file).told()
    done = importing(file, "--columns", "externalId=externalId")
    assert "and 999,990 more" in done.out
    assert len(done.out) < 1_000
    assert list(importing.stored()) == ["crm-1"]


# Exports of other tools


EXPORT = """\
id,Full Name,email,instagram,IG Followers,tiktok,TT Followers,Country,City,Bio,
77,Aiko,a@x.com,https://www.instagram.com/aiko.t/?hl=en,12000,@aiko.tt,800,Japan,Tokyo,"hi
all",
78,Min,m@x.com,min_k,5,,0,South Korea,Seoul,,
79,Kim,k@x.com,,,,,Korea,Seoul,,
80,Agim,g@x.com,,,@agim,7,Kosovo,,,
81,Tim,t@x.com,https://www.tiktok.com/@tim,5,,,XK,,,
82,Pat,p@x.com,instagram.com/p/Cxyz,5,,,US,,,
83,Lee,l@x.com,lee,"1,200",,,us,,,
"""
EXPORT_COLUMNS = (
    "externalId=id,name=Full Name,country=Country,instagram.handle=instagram,"
    "instagram.followers=IG Followers,tiktok.handle=tiktok,tiktok.followers=TT Followers"
)


def test_an_export_of_another_tool(importing: Importing, tmp_path: Path) -> None:
    file = tmp_path / "creators.csv"
    file.write_text(EXPORT)
    done = importing(file, "--columns", EXPORT_COLUMNS)
    assert [line.split(": ")[:2] for line in done.out.splitlines() if line.startswith("line ")] == [
        ["line 5", "Country"],
        ["line 7", "instagram"],
        ["line 8", "instagram"],
        ["line 9", "IG Followers"],
    ]
    assert "columns that are not read: City, Bio" in done.out
    assert "each is known by its handle" in done.out
    assert importing.stored() == {
        "77": ["Aiko JP", "1 @aiko.t aiko.t 12000", "2 @aiko.tt aiko.tt 800"],
        "78": ["Min KR", "1 @min_k min_k 5"],
        "80": ["Agim XK", "2 @agim agim 7"],
    }
    assert importing.counts(file, "--columns", EXPORT_COLUMNS) == [0, 0, 3, 4]


def test_an_account_without_id_is_the_one_that_is_connected(
    importing: Importing, tmp_path: Path
) -> None:
    importing(csv_file(tmp_path, "77,Aiko,,JP,,INSTAGRAM,17841,Aiko.T,5"))
    file = tmp_path / "creators.csv"
    file.write_text("\n".join(EXPORT.splitlines()[:3]))
    assert importing.counts(file, "--columns", EXPORT_COLUMNS) == [0, 1, 0, 0]
    accounts = ["1 17841 aiko.t 12000", "2 @aiko.tt aiko.tt 800"]
    assert importing.stored() == {"77": ["Aiko JP", *accounts]}


def test_what_has_no_column_stays(importing: Importing, tmp_path: Path) -> None:
    importing(csv_file(tmp_path, AIKO))
    file = tmp_path / "names.csv"
    file.write_text("externalId,name\ncrm-1,田中 愛子\n")
    assert importing.counts(file) == [0, 0, 1, 0]
    file.write_text("externalId,name,categories\ncrm-1,田中 愛子,\n")
    assert importing.counts(file) == [0, 1, 0, 0]


def test_columns_that_the_file_lacks_or_joinery_does_not_know(
    importing: Importing, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,Name,ig\n1,Aiko,a\n")

    def told(columns: str) -> str:
        return importing(file, "--columns", columns).told()

    assert "lacks externalId" in told("name=Name")
    assert "lacks ID" in told("externalId=ID,name=Name")
    assert "'nickname' is no column" in told("externalId=id,name=Name,nickname=ig")
    assert "name=header" in told("externalId")
    assert "give each column once" in told("externalId=id,externalId=Name")
    assert "has ig, and lacks instagram.followers" in told(
        "externalId=id,name=Name,instagram.handle=ig"
    )
    file.write_text("id,Name,ig,ig\n1,Aiko,a,b\n")
    assert "has ig twice" in told("externalId=id,name=Name,email=ig")


def test_json_lines_have_no_columns_to_name(importing: Importing, tmp_path: Path) -> None:
    told = importing(json_lines(tmp_path, person(1)), "--columns", "name=x").told()
    assert "have no columns" in told


@pytest.mark.parametrize("handle", ["-", "－", "なし", "hana jh", "@"])
def test_what_stands_for_no_account_is_no_handle(
    importing: Importing, tmp_path: Path, handle: str
) -> None:
    [told] = importing.complaints(csv_file(tmp_path, f"77,Aiko,,JP,,INSTAGRAM,1,{handle},0"))
    assert told.endswith("is no handle: leave it empty where there is no account")
    assert importing.stored() == {}
