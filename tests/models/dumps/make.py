"""Make the dumps of 0.1.0 again: `python -m tests.models.dumps.make FOLDER`, a checkout of it.

Its own server is asked over HTTP on both databases, by those who would ask. What it then answers to
the questions of `asked.py` is kept beside each dump.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.live import serving
from tests.models.dumps.asked import ADVERTISER, ANSWERS, DUMPS, KEY, ask, questions, repeated
from tests.postgres import Postgres, postgres
from tests.tokens import STAFF, token

YOUTUBE = "https://www.youtube.com/watch?v="
UNKNOWN_BEFORE_18 = ("\\restrict", "\\unrestrict", "SET transaction_timeout")


class Story:
    """A server of 0.1.0, and what is done on it."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.people: dict[str, str] = {}

    def do(self, field: str, selection: str, caller: str, **given: Any) -> dict[str, Any]:
        """Run a mutation in which nothing may be wrong; its payload."""
        payload = ask(self.http, *repeated(field, selection, given), caller)["data"][field]
        assert not payload["userErrors"], payload
        for result in payload.get("results", []):
            assert result["outcome"] == "CHANGED", payload
        return payload

    def of(self, name: str) -> str:
        """The token of an influencer."""
        return token("INFLUENCER", sub=self.people[name])

    def add(self, name: str, country: str | None, *accounts: str, **given: Any) -> None:
        """An influencer with an account of 20,000 followers on each of these platforms."""
        number = len(self.people) + 1
        external = given.pop("external", f"crm-{number}")
        connected = [
            {
                "platform": platform,
                "externalId": f"{platform}-{number}-{place}",
                "handle": f"{platform.lower()}_{number}",
                "followers": 20_000 + number * 100 + place,
            }
            for place, platform in enumerate(accounts)
        ]
        known = {"externalId": external, "name": name, "country": country, "accounts": connected}
        of_whom = [{**known, **given}]
        selection = "influencers { id } created updated userErrors { code }"
        done = self.do("upsertInfluencers", selection, STAFF, influencers=of_whom)
        self.people[name] = done["influencers"][0]["id"]

    def campaign(self, title: str, kind: str, **given: Any) -> str:
        """A campaign on Instagram, TikTok and YouTube."""
        values = {
            "title": title,
            "brand": "花 Hana",
            "advertiserId": "hana",
            "type": kind,
            "status": "ONGOING",
            "platforms": ["INSTAGRAM", "TIKTOK", "YOUTUBE"],
            **given,
        }
        selection = "campaign { id } userErrors { code }"
        return self.do("createCampaign", selection, STAFF, **values)["campaign"]["id"]

    def mark(self, campaign: str, *names: str, **given: Any) -> None:
        """Mark them as joined."""
        ids = [self.people[name] for name in names]
        selection = "results { outcome } userErrors { code }"
        given = {"campaignId": campaign, "influencerIds": ids, "reason": "強制参加", **given}
        self.do("markJoined", selection, STAFF, **given)

    def show(self, campaign: str, name: str, availability: str | None) -> None:
        """Override the availability of one."""
        selection = "results { outcome } userErrors { code }"
        chosen = {"influencerIds": [self.people[name]], "availability": availability}
        given = {"campaignId": campaign, "reason": "staff know them", **chosen}
        self.do("setAvailability", selection, STAFF, **given)

    def apply(self, campaign: str, *names: str) -> None:
        """Apply, each by themselves."""
        for name in names:
            self.do("apply", "outcome userErrors { code }", self.of(name), campaignId=campaign)

    def part(self, campaign: str, name: str) -> str:
        """The id of a participation."""
        query = "query ($id: ID!) { campaign(id: $id) { viewerParticipation { id } } }"
        found = ask(self.http, query, {"id": campaign}, self.of(name))
        return found["data"]["campaign"]["viewerParticipation"]["id"]

    def decide(self, campaign: str, status: str, *names: str, by: str = STAFF) -> None:
        """Set the status of applicants."""
        ids = [self.part(campaign, name) for name in names]
        selection = "results { outcome } userErrors { code }"
        given = {"participationIds": ids, "status": status, "message": f"{status} です"}
        self.do("setApplicantStatus", selection, by, **given)

    def many(self, field: str, campaign: str, *names: str) -> None:
        """Reopen or remove."""
        ids = [self.part(campaign, name) for name in names]
        selection = "results { outcome } userErrors { code }"
        self.do(field, selection, STAFF, participationIds=ids, reason=f"{field}: why")

    def own(self, field: str, campaign: str, name: str, **given: Any) -> None:
        """Let an influencer do something with their participation."""
        given = {"participationId": self.part(campaign, name), **given}
        self.do(field, "outcome userErrors { code }", self.of(name), **given)

    def accounts(self, name: str) -> list[str]:
        """The ids of an influencer's connected accounts."""
        found = ask(self.http, "{ viewer { influencer { accounts { id } } } }", {}, self.of(name))
        return [account["id"] for account in found["data"]["viewer"]["influencer"]["accounts"]]

    def post(self, campaign: str, name: str, url: str, status: str = "", **given: Any) -> None:
        """Submit a post, and set its status."""
        to = {"participationId": self.part(campaign, name), "url": url}
        done = self.do("submitPost", "outcome post { id } userErrors { code }", self.of(name), **to)
        if status:
            selection = "results { outcome } userErrors { code }"
            given = {"postIds": [done["post"]["id"]], "status": status, **given}
            self.do("setPostStatus", selection, STAFF, **given)


def tell(story: Story) -> None:
    """Do everything that 0.1.0 could do."""
    invite(story)
    select(story)
    join(story)
    sell(story)
    close(story)


def invite(story: Story) -> None:
    """Influencers, in several scripts."""
    food, beauty = {"categories": ["Food", "Beauty"]}, {"categories": ["Ｂｅａｕｔｙ"]}
    invisible = {"external": "crm-\u200b3", "categories": ["Fo\u200bod", "Food"]}
    story.add("佐藤 愛子", "JP", "INSTAGRAM", **food, email="aiko@example.com")
    story.add("ณัฐพร ศรีสุข", "TH", "INSTAGRAM", "TIKTOK", **beauty)
    story.add("林\u200b怡君", "TW", **invisible)
    story.add("علي حسن", "JP", "YOUTUBE", **food, avatarUrl="https://example.com/ali.png")
    story.add("Ünal Şahin", "JP", "YOUTUBE", **beauty)
    story.add("Ольга 👩‍👩‍👧", None, "TIKTOK", **food)
    story.add("ﾀﾅｶ 葛\U000e0100", "JP", "INSTAGRAM", "YOUTUBE", **food)
    story.add("Olivia Smith", "US", "INSTAGRAM", "X", **beauty)
    for number in range(1, 9):
        story.add(f"Someone {number}", "JP", "INSTAGRAM", **food)


def select(story: Story) -> None:
    """A Selection campaign, with every decision."""
    rules = {"countries": ["JP", "TH", "TW"], "categories": ["food", "beauty"], "capacity": 6}
    dates = {
        "applicationDeadline": "2099-01-31T12:00:00.000001+09:00",
        "startsAt": "2026-11-01T00:00:00+09:00",
        "endsAt": "2099-03-01T00:00:00Z",
    }
    texts = {
        "description": "見せて",
        "reward": "¥30,000",
        "hashtags": ["#花"],
        "mentions": ["@hana"],
    }
    campaign = story.campaign(
        "花〜Glow", "SELECTION", **rules, **dates, **texts, followersMin=1_000
    )
    ones = [f"Someone {number}" for number in range(1, 9)]
    story.show(campaign, "Olivia Smith", "AVAILABLE")
    story.show(campaign, ones[7], "UNAVAILABLE")
    story.show(campaign, "Ольга 👩‍👩‍👧", "AVAILABLE")
    story.show(campaign, "Ольга 👩‍👩‍👧", None)
    story.mark(
        campaign, "佐藤 愛子", "ณัฐพร ศรีสุข", "林\u200b怡君", "ﾀﾅｶ 葛\U000e0100", "Olivia Smith"
    )
    story.own("selectAccount", campaign, "ณัฐพร ศรีสุข", accountId=story.accounts("ณัฐพร ศรีสุข")[0])
    connected = {"externalId": "ig-lin", "handle": "lin.yijun", "followers": 30_000}
    selection = "outcome userErrors { code }"
    given = {"platform": "INSTAGRAM", **connected}
    story.do("connectAccount", selection, story.of("林\u200b怡君"), **given)
    story.apply(campaign, *ones[:6])
    story.decide(campaign, "REVIEWING", *ones[:3], "ณัฐพร ศรีสุข")
    story.decide(campaign, "APPLIED", ones[1])
    story.decide(campaign, "APPROVED", ones[1], "林\u200b怡君", by=ADVERTISER)
    story.decide(campaign, "REJECTED", ones[1], ones[2], ones[3])
    story.decide(campaign, "APPROVED", ones[3])
    story.many("reopenApplications", campaign, ones[2])
    story.own("withdraw", campaign, ones[4], reason="no time")
    account = story.accounts("Olivia Smith")[0]
    selection = "outcome userErrors { code }"
    story.do("disconnectAccount", selection, story.of("Olivia Smith"), accountId=account)
    story.post(campaign, "佐藤 愛子", "https://www.instagram.com/p/Aiko1?igsh=x", "EFFECTIVE")
    story.post(campaign, "佐藤 愛子", "https://www.instagram.com/p/Aiko2")


def join(story: Story) -> None:
    """A campaign without selection, with every status of a post, and posts that are one."""
    campaign = story.campaign("Ramen 週間", "NORMAL", categories=["ＦＯＯＤ"])
    ones = [f"Someone {number}" for number in range(1, 6)]
    tanaka, ali = "ﾀﾅｶ 葛\U000e0100", "علي حسن"
    story.mark(campaign, *ones, tanaka)
    story.apply(campaign, ali)
    story.show(campaign, "Ünal Şahin", "AVAILABLE")
    story.apply(campaign, "Ünal Şahin")
    story.many("removeParticipants", campaign, ones[4], tanaka)
    story.mark(campaign, ones[4], message="おかえり")
    story.post(campaign, ones[4], "https://www.instagram.com/p/Five")
    why = {"reason": "why"}
    story.post(campaign, ones[0], "https://www.instagram.com/p/One", "APPROVED")
    story.post(campaign, ones[1], "https://www.instagram.com/p/Two", "INEFFECTIVE", **why)
    warning = {"warning": "DELETED_POST", **why}
    story.post(campaign, ones[2], "https://www.instagram.com/p/Three", "WARNING", **warning)
    warning = {"warning": "AD_FRAUD", **why}
    story.post(campaign, ones[3], "https://www.instagram.com/p/Four", "WARNING", **warning)
    story.post(campaign, ali, f"{YOUTUBE}dQw4w9WgXcQ")
    story.post(campaign, "Ünal Şahin", "https://youtu.be/dQw4w9WgXcQ?si=x")
    story.post(campaign, ali, "https://youtu.be/jNQXAC9IVRw", "INEFFECTIVE", **why)
    story.post(campaign, ali, "https://www.youtube.com/shorts/jNQXAC9IVRw", "EFFECTIVE")


def sell(story: Story) -> None:
    """Affiliate campaigns, with and without post tracking."""
    tracked = story.campaign("Links", "AFFILIATE", advertiserId=None)
    story.mark(tracked, "佐藤 愛子", "Olivia Smith", "Ольга 👩‍👩‍👧")
    story.own("withdraw", tracked, "Ольга 👩‍👩‍👧")
    story.post(tracked, "佐藤 愛子", "https://www.instagram.com/p/Link")
    story.add("Late", "JP", external="late")
    story.mark(tracked, "Late")
    account = {"platform": "X", "externalId": "x", "handle": "late", "followers": 7}
    named = {"externalId": "late", "name": "Late", "accounts": [account]}
    selection = "updated userErrors { code }"
    story.do("upsertInfluencers", selection, STAFF, influencers=[named])
    account = {"platform": "TIKTOK", "externalId": "tt", "handle": "Ｌａｔｅ", "followers": 7}
    named = {"externalId": "late", "name": "Late", "accounts": [account]}
    story.do("upsertInfluencers", selection, STAFF, influencers=[named])
    untracked = story.campaign("Codes", "AFFILIATE", postTracking=False, followersMax=1_000_000)
    story.mark(untracked, "佐藤 愛子", "ณัฐพร ศรีสุข")
    story.apply(untracked, "Someone 1")
    story.own("selectSocialMedia", untracked, "Someone 1", platforms=["TIKTOK", "INSTAGRAM"])
    story.many("removeParticipants", untracked, "ณัฐพร ศรีสุข")


def close(story: Story) -> None:
    """Campaigns in the other statuses, and a call with a key."""
    over = story.campaign("Over", "NORMAL", capacity=2)
    story.apply(over, "Someone 6", "Someone 7")
    story.post(over, "Someone 6", "https://www.instagram.com/p/Over")
    selection = "campaign { id } userErrors { code }"
    story.do("updateCampaign", selection, STAFF, id=over, status="COMPLETED")
    off = story.campaign("Called off", "SELECTION")
    story.apply(off, "Someone 6")
    story.mark(off, "Someone 7", "ณัฐพร ศรีสุข")
    story.do("updateCampaign", selection, STAFF, id=off, status="CANCELLED")
    story.campaign("Draft", "NORMAL", status="DRAFT")
    story.campaign("Soon", "AFFILIATE", status="UPCOMING", countries=["JP"])


def record(http: httpx.Client) -> str:
    """Return what this version answers, as JSON; first to a call with an Idempotency-Key."""
    campaigns = ask(http, '{ campaigns(filter: {search: "Ramen"}) { nodes { id } } }', {}, STAFF)
    free = '{ influencers(filter: {search: "Someone 8"}) { nodes { id } } }'
    given = {
        "campaignId": campaigns["data"]["campaigns"]["nodes"][0]["id"],
        "influencerIds": [ask(http, free, {}, STAFF)["data"]["influencers"]["nodes"][0]["id"]],
    }
    call = repeated("markJoined", "results { outcome influencerId } userErrors { code }", given)
    answer = ask(http, *call, STAFF, key=KEY)
    assert answer["data"]["markJoined"]["results"][0]["outcome"] == "CHANGED"
    answers: dict[str, Any] = {"kept": [call, answer["data"]]}
    for name, question in questions(http).items():
        answers[name] = ask(http, *question)["data"]
    lines = [f'"{name}": {_json(value)}' for name, value in answers.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def run(code: Path, url: str) -> str:
    """Migrate an empty database and tell the story on it, by the code of this folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"JOINERY_DATABASE_URL": url}
        command = [sys.executable, code / "server.py", "migrate"]
        subprocess.run(command, check=True, cwd=folder, env=settings)
        with serving(url, Path(folder), root=code) as address, httpx.Client() as http:
            http.base_url = address
            tell(Story(http))
            return record(http)


def sqlite_script(file: Path) -> str:
    """Return the statements that make a file of SQLite again.

    `iterdump` knows nothing of FTS5: its table is made by its own statement, and filled anew.
    """
    with sqlite3.connect(file) as database:
        made = dict[str, str](
            database.execute("SELECT sql, type FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        )
        lines = list(database.iterdump())
    later = [sql for sql, kind in made.items() if kind != "table" or "VIRTUAL" in sql]
    hidden = ("influencer_fts", "writable_schema", "COMMIT;")
    rows = [line for line in lines if not any(word in line for word in hidden)]
    rows = [line for line in rows if line.removesuffix(";") not in later]
    no_order = "PRAGMA foreign_keys=OFF"
    rebuild = "INSERT INTO influencer_fts (influencer_fts) VALUES ('rebuild')"
    [search] = [sql for sql in later if "VIRTUAL" in sql]
    end = [search, rebuild, *(sql for sql in later if sql != search), "COMMIT"]
    return "".join(f"{line.removesuffix(';')};\n" for line in [no_order, *rows, *end])


def postgres_script(server: Postgres, url: str) -> str:
    """Return `pg_dump`'s statements, without what versions before 18 do not know."""
    words = ["--no-owner", "--no-privileges", "--inserts", "--dbname", url]
    pg_dump = [server.programs / "pg_dump", *words]
    script = subprocess.run(pg_dump, check=True, capture_output=True, text=True).stdout
    lines = (line for line in script.splitlines() if line and not line.startswith("--"))
    return "\n".join([*(line for line in lines if not line.startswith(UNKNOWN_BEFORE_18)), ""])


def main(code: Path) -> None:
    """Write both dumps, and the answers, which do not depend on the database."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "joinery.db"
        answers = run(code, f"sqlite://{file}")
        DUMPS["sqlite"].write_text(sqlite_script(file))
    with postgres() as server:
        url = server.create("joinery")
        assert run(code, url) == answers
        DUMPS["postgresql"].write_text(postgres_script(server, url))
    ANSWERS.write_text(answers)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
