"""Reading files for `import`: any dialect and encoding, and nothing that is not clear."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from commands.importing import encoding, values
from commands.importing.entries import Entry
from commands.importing.people import People
from commands.importing.table import Table
from workflow.enums import Platform

Person = dict[str, Any]
COLUMNS = (
    "externalId", "name", "country", "categories", "platform", "accountExternalId", "handle",
    "followers",
)  # fmt: skip

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=20
).filter(lambda text: text.strip() == text and len(text.splitlines()) == 1)
JAPANESE = st.text("田中愛子山口アイウえおかきーﾀﾅｶABCabc 1", min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
HANDLE = st.text("abc_.1田", min_size=1, max_size=10).filter(lambda text: text.strip("."))


def influencers(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[Person]]:
    accounts = st.fixed_dictionaries(
        {
            "platform": st.sampled_from(Platform),
            "external_id": text,
            "handle": HANDLE,
            "followers": st.integers(0, 2**31 - 1),
        }
    )
    one = st.fixed_dictionaries(
        {
            "name": text,
            "country": st.sampled_from(["JP", "XK", None]),
            "categories": st.lists(text.filter(lambda name: ";" not in name), max_size=2),
            "accounts": st.lists(accounts, max_size=3),
        }
    )
    return st.lists(one, max_size=5)


def table_of(people: list[Person]) -> list[list[Any]]:
    table: list[list[Any]] = [list(COLUMNS)]
    for number, person in enumerate(people):
        start: list[Any] = [f"id-{number}", person["name"], person["country"] or ""]
        start.append(";".join(person["categories"]))
        accounts = [
            [account["platform"], account["external_id"], account["handle"], account["followers"]]
            for account in person["accounts"]
        ]
        table += [start + account for account in accounts or [[""] * 4]]
    return table


def read(folder: Path, data: bytes) -> tuple[Table, list[Entry]]:
    file = folder / "people.csv"
    file.write_bytes(data)
    with file.open("rb") as raw:
        table = Table(raw, {})
        return table, list(People(table.columns).read(table.rows()))


def as_csv(people: list[Person], separator: str, end: str, quoting: Any) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows(table_of(people))
    return text.getvalue()


def expected(people: list[Person]) -> list[Person]:
    return [{"external_id": f"id-{number}", **person} for number, person in enumerate(people)]


SEPARATORS = st.sampled_from(",;\t")
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
QUOTING = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])


@given(
    influencers(TEXT), SEPARATORS, ENDS, QUOTING,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)  # fmt: skip
def test_any_dialect_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    people: list[Person],
    separator: str,
    end: str,
    quoting: int,
    codec: str,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    table, entries = read(folder, as_csv(people, separator, end, quoting).encode(codec))
    assert table.separator == separator
    assert [entry.problems for entry in entries] == [[]] * len(people)
    assert [entry.fields for entry in entries] == expected(people)


def is_utf8_beyond_ascii(line: bytes) -> bool:
    try:
        return not line.decode().isascii()
    except UnicodeDecodeError:
        return False


@given(influencers(JAPANESE), SEPARATORS, ENDS)
def test_cp932_is_read_or_refused_and_never_something_else(
    tmp_path_factory: pytest.TempPathFactory,
    people: list[Person],
    separator: str,
    end: str,
) -> None:
    folder = tmp_path_factory.mktemp("cp932")
    data = as_csv(people, separator, end, csv.QUOTE_MINIMAL).encode("cp932")
    # ﾅア has the bytes of ŃA in UTF-8, which is read first: nothing can tell them apart.
    assume(not any(is_utf8_beyond_ascii(line) for line in data.splitlines()))
    table, entries = read(folder, data)
    if table.encoding == "cp932":
        assert [entry.fields for entry in entries] == expected(people)
    taken = [entry.fields for entry in entries if entry.fields]
    assert all(fields in expected(people) for fields in taken)


@given(influencers(TEXT), st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_damage_is_told_and_breaks_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    people: list[Person],
    at: int,
    damage: bytes,
) -> None:
    data = as_csv(people, ",", "\n", csv.QUOTE_MINIMAL).encode()
    start = data.index(b"\n") + 1
    place = min(start + at, len(data))
    _, entries = read(tmp_path_factory.mktemp("damage"), data[:place] + damage + data[place:])
    assert all(bool(entry.fields) != bool(entry.problems) for entry in entries)
    lines = data.count(b"\n") + damage.count(b"\n") + 1
    assert all(1 <= problem.line <= lines for entry in entries for problem in entry.problems)


NAMES = {
    "cp932": ["田中 愛子", "山﨑 涼", "ﾔﾏﾀﾞ 花", "スズキ", "髙橋ゆい Yui"],
    "latin-1": ["José", "Hélène", "Müller", "Zoë", "Łukasz".replace("Ł", "L"), "Ñuñez", "Åse"],
    "cp1252": ["O’Neil", "Hélène", "“Kiki”", "Šárka"],
    "mac_roman": ["Hélène", "Müller", "Zoélie", "Muñiz", "Håkan"],
    "cp850": ["Hélène", "Müller", "Muñiz"],
    "euc_jp": ["田中 愛子", "山口 涼", "スズキ", "ゆい"],
    "iso2022_jp": ["田中 愛子", "山口 涼"],
    "gbk": ["李娜", "王小明", "陈静", "张伟"],
    "big5": ["李娜", "王小明", "陳靜", "林志玲"],
    "euc_kr": ["김민지", "박서준", "이지은"],
    "cp874": ["สมชาย", "สมหญิง ใจดี"],
    "cp1251": ["Мария", "Иван Петров"],
    "cp1258": ["Nguyễn".replace("ễ", "ê"), "Trâm"],
}


@pytest.mark.parametrize("codec", NAMES)
def test_no_other_encoding_is_taken_for_cp932(tmp_path: Path, codec: str) -> None:
    for names in [NAMES[codec], *([name] for name in NAMES[codec])]:
        lines = [f"crm-{number},{name}" for number, name in enumerate(names)]
        table, entries = read(tmp_path, "\n".join(["externalId,name", *lines]).encode(codec))
        assert table.encoding == ("cp932" if codec == "cp932" else "utf-8")
        taken = [entry.fields["name"] for entry in entries if entry.fields]
        assert taken == (names if codec == "cp932" else [name for name in names if name.isascii()])


def test_utf8_with_a_broken_line_is_not_cp932(tmp_path: Path) -> None:
    lines = ["externalId,name", "1,田中 愛子", "2,山口 涼", "3,スズキ"]
    data = "\n".join(lines).encode() + "\n4,渡辺 翔".encode("cp932")
    table, entries = read(tmp_path, data)
    assert table.encoding == "utf-8"
    assert [problem for entry in entries for problem in entry.problems] == [
        (5, "this is not UTF-8 text: save the file as CSV UTF-8")
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("JP", "JP"), ("jp", "JP"), ("Japan", "JP"), ("JAPAN", "JP"), ("日本", "JP"),
        ("USA", "US"), ("United States", "US"), ("United States of America", "US"),
        ("U.S.A.", "US"), ("UK", "GB"), ("Great Britain", "GB"), ("South Korea", "KR"),
        ("Korea, Republic of", "KR"), ("Republic of Korea", "KR"), ("North Korea", "KP"),
        ("Vietnam", "VN"), ("Viet Nam", "VN"), ("Türkiye", "TR"), ("Turkey", "TR"),
        ("Taiwan", "TW"), ("Hong Kong", "HK"), ("Macau", "MO"), ("Russia", "RU"),
        ("Czech Republic", "CZ"), ("Côte d’Ivoire", "CI"), ("Kosovo", "XK"), ("XK", "XK"),
        ("  Thailand ", "TH"), ("", None), ("Niger", "NE"), ("Nigeria", "NG"),
    ],
)  # fmt: skip
def test_countries_by_their_names(written: str, code: str | None) -> None:
    assert values.country(written) == code


@pytest.mark.parametrize(
    "written",
    ["Korea", "Congo", "Asia", "Tokyo", "XX", "America", "Jap", "392", "🇯🇵🇰🇷", "Guinea, maybe"],
)
def test_a_country_that_is_not_clear_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="give its code"):
        values.country(written)


@pytest.mark.parametrize(
    ("written", "platform", "handle"),
    [
        ("aiko.t", Platform.INSTAGRAM, "aiko.t"),
        ("@aiko.t", Platform.INSTAGRAM, "aiko.t"),
        ("https://www.instagram.com/aiko.t/?hl=en", Platform.INSTAGRAM, "aiko.t"),
        ("http://instagram.com/aiko.t#x", Platform.INSTAGRAM, "aiko.t"),
        ("instagram.com/aiko.t", Platform.INSTAGRAM, "aiko.t"),
        ("HTTPS://M.Instagram.com/Aiko", Platform.INSTAGRAM, "Aiko"),
        ("https://www.tiktok.com/@aiko?_t=1", Platform.TIKTOK, "aiko"),
        ("https://www.youtube.com/@aiko", Platform.YOUTUBE, "aiko"),
        ("https://youtube.com/@%E6%84%9B%E5%AD%90", Platform.YOUTUBE, "愛子"),
        ("https://twitter.com/aiko", Platform.X, "aiko"),
        ("https://x.com/aiko?s=20", Platform.X, "aiko"),
        ("https://www.facebook.com/aiko.tanaka/", Platform.FACEBOOK, "aiko.tanaka"),
        ("https://www.threads.net/@aiko", Platform.THREADS, "aiko"),
        ("https://www.threads.com/@aiko", Platform.THREADS, "aiko"),
        ("@aiko", Platform.LINE, "@aiko"),
    ],
)
def test_handles_in_the_forms_of_exports(written: str, platform: Platform, handle: str) -> None:
    assert values.handle(written, platform) == handle


@pytest.mark.parametrize(
    ("written", "platform"),
    [
        ("https://www.instagram.com/p/Cxyz/", Platform.INSTAGRAM),
        ("https://www.instagram.com/aiko/reel/Cxyz/", Platform.INSTAGRAM),
        ("https://www.instagram.com/explore", Platform.INSTAGRAM),
        ("https://www.instagram.com/", Platform.INSTAGRAM),
        ("https://www.tiktok.com/@aiko", Platform.INSTAGRAM),
        ("https://www.tiktok.com/@aiko/video/1", Platform.TIKTOK),
        ("https://vm.tiktok.com/ZM123/", Platform.TIKTOK),
        ("https://www.youtube.com/channel/UC123", Platform.YOUTUBE),
        ("https://www.youtube.com/watch?v=1", Platform.YOUTUBE),
        ("https://x.com/i/status/1", Platform.X),
        ("https://x.com/home", Platform.X),
        ("https://www.facebook.com/profile.php?id=100", Platform.FACEBOOK),
        ("https://www.facebook.com/groups/1", Platform.FACEBOOK),
        ("https://instagram.com.evil.example/aiko", Platform.INSTAGRAM),
        ("https://evil.example/instagram.com/aiko", Platform.INSTAGRAM),
        ("https://linktr.ee/aiko", Platform.INSTAGRAM),
        ("www.instagram.com", Platform.INSTAGRAM),
    ],
)
def test_an_address_that_is_no_profile_is_refused(written: str, platform: Platform) -> None:
    with pytest.raises(ValueError, match="profile"):
        values.handle(written, platform)


@pytest.mark.parametrize("name", ["instagram", "Instagram", " INSTAGRAM "])
def test_platforms_in_any_case(name: str) -> None:
    assert values.platform(name) is Platform.INSTAGRAM
    assert values.platform("Twitter") is Platform.X


def test_a_file_that_only_begins_as_utf16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="save it in UTF-8"):
        read(tmp_path, b"\xff\xfee\0x\0t")


def test_each_encoding_has_a_name() -> None:
    assert set(encoding.NAMES) == {"utf-8", "utf-8-sig", "utf-16", "cp932"}
