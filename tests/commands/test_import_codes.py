"""`import --codes`: codes line by line, as often as one likes, from files as they come."""

import asyncio
from pathlib import Path

import pytest

from database.connection import connected
from models.referral_code import ReferralCode
from resolvers.ids import encode
from tests import data
from tests.commands.running import CommandLine, Ran, Typed
from tests.databases import Databases, SqliteDatabases
from workflow.enums import CampaignStatus


async def pool(url: str) -> list[str]:
    async with connected(url):
        return [code.code for code in await ReferralCode.all().order_by("campaign_id", "number")]


async def campaign(url: str, *codes: str, status: CampaignStatus = CampaignStatus.ONGOING) -> str:
    async with connected(url):
        return encode("Campaign", (await data.referral_campaign(*codes, status=status)).pk)


@pytest.mark.slow
async def test_a_list_is_imported_once_however_often_on_both_databases(
    databases: Databases, tmp_path: Path
) -> None:
    file = tmp_path / "codes.txt"
    file.write_bytes(b"\xef\xbb\xbfTHIRD\r\n\r\n  SPRING-10 \r\nspring-10")
    with databases.lend() as url:
        gid = await campaign(url, "FIRST", "THIRD")
        run = CommandLine(tmp_path, url)
        first, second = run("import", "--codes", gid, file), run("import", file, "--codes", gid)
        stored = await pool(url)
    assert first.out.splitlines()[-1] == "2 added, 1 unchanged, 0 refused"
    assert second.out.splitlines()[-1] == "0 added, 3 unchanged, 0 refused"
    assert (first.code, second.code) == (0, 0)
    assert stored == ["FIRST", "THIRD", "SPRING-10", "spring-10"]


class Importing:
    """Imports codes into one database, in this process."""

    def __init__(self, run: Typed, url: str, folder: Path) -> None:
        self._run = run
        self._url = url
        self._folder = folder

    def __call__(self, gid: str, text: bytes, *options: str, name: str = "codes.txt") -> Ran:
        file = self._folder / name
        file.write_bytes(text)
        settings = {"JOINERY_DATABASE_URL": self._url}
        return self._run("import", "--codes", gid, file, *options, settings=settings)


@pytest.fixture
def lent(sqlite_databases: SqliteDatabases):
    with sqlite_databases.lend() as url:
        yield url


@pytest.fixture
def importing(run: Typed, lent: str, tmp_path: Path) -> Importing:
    return Importing(run, lent, tmp_path)


def made(url: str, *codes: str, status: CampaignStatus = CampaignStatus.ONGOING) -> str:
    return asyncio.run(campaign(url, *codes, status=status))


def stored(url: str) -> list[str]:
    return asyncio.run(pool(url))


def test_what_is_wrong_is_told_line_by_line_and_the_rest_is_added(
    importing: Importing, lent: str
) -> None:
    gid = made(lent)
    ran = importing(gid, b"GOOD\n" + b"x" * 101 + b"\nA B\n\nGOOD\n\xff\xfeX\nLAST\n")
    lines = ran.out.splitlines()
    assert [line for line in lines if line.startswith("line ")] == [
        f"line 2: '{'x' * 79}…: It has 101 characters: at most 100 are taken.",
        "line 3: 'A B': It has a space or another character that nobody sees: a code has none.",
        "line 5: 'GOOD' stands on line 1 already",
        "line 6: this is not UTF-8 text: save the file in UTF-8",
    ]
    assert lines[-1] == "2 added, 0 unchanged, 4 refused"
    assert ran.code == 1
    assert stored(lent) == ["GOOD", "LAST"]


@pytest.mark.parametrize(
    "table",
    [
        "Discount_Code,Used\nA1,0\nB2,1\n",
        "A1;x;y\r\nB2;x;y\r\n",
        'A1\t"two\nlines"\nB2\tx\n',
        '"A1"\n"B2"\n',
    ],
)
def test_the_first_column_of_a_table_is_read(importing: Importing, lent: str, table: str) -> None:
    ran = importing(made(lent), table.encode(), name="codes.CSV")
    assert ran.out.splitlines()[-1] == "2 added, 0 unchanged, 0 refused"
    assert stored(lent) == ["A1", "B2"]


@pytest.mark.parametrize("table", ['A1\n"B2\nC3\nD4\n', 'A1\n"B2\nC3\nD4"\nE5\n'])
def test_a_quote_that_is_not_closed_is_told_with_what_is_lost(
    importing: Importing, lent: str, table: str
) -> None:
    ran = importing(made(lent), table.encode(), name="codes.csv")
    assert "so lines 2 to 4 (3) are lost" in ran.out
    assert stored(lent)[0] == "A1"


def test_a_campaign_that_takes_no_codes_is_told(importing: Importing, lent: str) -> None:
    closed = made(lent, status=CampaignStatus.COMPLETED)
    assert "COMPLETED" in importing(closed, b"A").told()
    for gid in ("gid://joinery/Campaign/99", "spring"):
        assert f"{gid}: There is no such campaign." in importing(gid, b"A").told()
    assert "first column" in importing(closed, b"A", "--columns", "name=x").told()
    assert stored(lent) == []
