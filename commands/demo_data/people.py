"""Made-up influencers: names in the scripts of their countries, and followers with a long tail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from workflow.enums import Platform

CATEGORIES = (
    "Beauty", "Fashion", "Food", "Travel", "Gaming", "Fitness", "Parenting", "Pets", "Music",
    "Technology", "Home", "Outdoors", "Books", "Comedy", "Finance", "Education",
)  # fmt: skip

# Country, its share, the order of a name, first names, family names.
_PEOPLES: tuple[tuple[str, int, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "JP", 30, "{family} {first}",
        ("美咲", "陽菜", "結衣", "さくら", "葵", "凛", "大翔", "蓮", "悠真", "湊", "健太", "翼"),
        ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田"),
    ),
    (
        "TH", 20, "{first} {family}",
        ("ณัฐพร", "กมลชนก", "พิมพ์ชนก", "ธนกร", "ปิยะดา", "ศิริพร", "อนันต์", "วรัญญา", "ชลธิชา"),
        ("ศรีสุข", "แสงทอง", "ใจดี", "วงศ์สวัสดิ์", "บุญมี", "ทองคำ", "พรหมมา", "รัตนกุล"),
    ),
    (
        "TW", 14, "{family}{first}",
        ("怡君", "雅婷", "欣怡", "家豪", "志明", "淑芬", "冠宇", "佳穎", "承翰", "宜蓁", "柏翰"),
        ("陳", "林", "黃", "張", "李", "王", "吳", "劉", "蔡", "楊", "許"),
    ),
    (
        "ID", 16, "{first} {family}",
        ("Putri", "Siti", "Dewi", "Ayu", "Rizky", "Budi", "Intan", "Wulan", "Bagus", "Citra"),
        ("Lestari", "Wijaya", "Saputra", "Pratama", "Hidayat", "Kusuma", "Nugroho", "Permata"),
    ),
    (
        "KR", 8, "{family}{first}",
        ("서연", "지우", "민준", "하은", "도윤", "수아", "예준", "지민", "유진"),
        ("김", "이", "박", "최", "정", "강", "조", "윤"),
    ),
    (
        "VN", 6, "{family} {first}",
        ("Ngọc Anh", "Minh Châu", "Quốc Bảo", "Thu Hà", "Hồng Nhung", "Đức Huy"),
        ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Võ"),
    ),
    (
        "PH", 4, "{first} {family}",
        ("Maria", "Jasmine", "Angelo", "Bea", "Paolo", "Kristine"),
        ("Santos", "Reyes", "Cruz", "Bautista", "Ocampo", "Villanueva"),
    ),
    (
        "US", 2, "{first} {family}",
        ("Olivia", "Noah", "Zoë", "Liam", "José", "Amelia"),
        ("Smith", "Johnson", "García", "O'Neill", "Nguyen", "Brown"),
    ),
)  # fmt: skip
_HANDLES = (
    "sunny", "daily", "mochi", "lotus", "coco", "pixel", "velvet", "tiny", "golden", "lucky",
    "urban", "misty", "hello", "little", "wander", "cosmo",
)  # fmt: skip
_ENDINGS = (
    "life", "eats", "diary", "studio", "style", "trips", "plays", "home", "notes", "vibes",
)  # fmt: skip
_PLATFORM_WEIGHTS = {
    Platform.INSTAGRAM: 40,
    Platform.TIKTOK: 28,
    Platform.YOUTUBE: 14,
    Platform.X: 8,
    Platform.FACEBOOK: 5,
    Platform.THREADS: 3,
    Platform.LINE: 2,
}
_LARGEST = 60_000_000


@dataclass(slots=True)
class AccountData:
    """A social account that is to be stored."""

    platform: Platform
    handle: str
    followers: int


@dataclass(slots=True)
class PersonData:
    """An influencer who is to be stored."""

    external_id: str
    name: str
    country: str | None
    categories: list[str]
    accounts: list[AccountData] = field(default_factory=list[AccountData])


def people(rng: Random, count: int) -> Iterator[PersonData]:
    """Yield so many people, the same for the same seed."""
    shares = [people[1] for people in _PEOPLES]
    for number in range(1, count + 1):
        country, _, order, firsts, families = rng.choices(_PEOPLES, shares)[0]
        yield PersonData(
            external_id=f"crm-{number:07d}",
            name=order.format(first=rng.choice(firsts), family=rng.choice(families)),
            country=country if rng.random() > 0.03 else None,
            categories=rng.sample(CATEGORIES, rng.choices((1, 2, 3), (60, 30, 10))[0]),
            accounts=_accounts(rng, number),
        )


def _accounts(rng: Random, number: int) -> list[AccountData]:
    count = rng.choices((0, 1, 2, 3, 4), (5, 45, 30, 14, 6))[0]
    platforms = rng.choices(tuple(_PLATFORM_WEIGHTS), tuple(_PLATFORM_WEIGHTS.values()), k=count)
    reach = rng.paretovariate(0.9) * 900
    handle = f"{rng.choice(_HANDLES)}.{rng.choice(_ENDINGS)}"
    return [
        AccountData(
            platform,
            f"{handle}.{number}{'' if place == 0 else f'_{place}'}",
            min(_LARGEST, int(reach * rng.uniform(0.15, 1))),
        )
        for place, platform in enumerate(platforms)
    ]
