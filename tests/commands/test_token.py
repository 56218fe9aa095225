"""`token`: who can be named, and how."""

from typing import Any

import jwt
import pytest

from tests.commands.running import CommandLine, Typed
from tests.tokens import SECRET
from transport.settings import DEVELOPMENT_AUTH_SECRET

MADE_WITH = {"JOINERY_AUTH_SECRET": SECRET}


def claims(token: str, secret: str = SECRET) -> dict[str, Any]:
    return jwt.decode(token, secret, algorithms=["HS256"], options={"verify_aud": False})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("STAFF", {"role": "STAFF", "sub": "staff"}),
        ("ADVERTISER --advertiser acme", {"role": "ADVERTISER", "advertiser": "acme"}),
        ("INFLUENCER --influencer 7", {"sub": "gid://joinery/Influencer/7"}),
        (
            "INFLUENCER --influencer gid://joinery/Influencer/7",
            {"sub": "gid://joinery/Influencer/7"},
        ),
        ("INFLUENCER --influencer externalId:crm-7", {"sub": "externalId:crm-7"}),
        ("STAFF --name Mika", {"name": "Mika"}),
        ("SERVICE --name tracker", {"role": "SERVICE", "sub": "tracker", "name": "tracker"}),
    ],
)
def test_the_token_stands_alone_on_one_line(
    run: Typed, arguments: str, says: dict[str, str]
) -> None:
    done = run("token", "--role", *arguments.split(), settings=MADE_WITH)

    token = done.out.removesuffix("\n")
    assert "\n" not in token
    assert done.err == ""
    assert says.items() <= claims(token).items()


def test_it_expires_after_the_seconds_asked_for(run: Typed) -> None:
    given = claims(run("token", "--role", "STAFF", "--ttl", 60, settings=MADE_WITH).out.strip())
    assert given["exp"] - given["iat"] == 60


def test_issuer_and_audience_are_those_that_the_server_asks_for(run: Typed) -> None:
    settings = MADE_WITH | {
        "JOINERY_AUTH_ISSUER": "https://id.example",
        "JOINERY_AUTH_AUDIENCE": "joinery",
    }
    given = claims(run("token", "--role", "STAFF", settings=settings).out.strip())
    assert (given["iss"], given["aud"]) == ("https://id.example", "joinery")


def test_in_development_the_known_secret_signs(process: CommandLine) -> None:
    done = process("token", "--role", "STAFF")
    assert done.out.count("\n") == 1
    assert claims(done.out.strip(), DEVELOPMENT_AUTH_SECRET)["role"] == "STAFF"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "--role"),
        ("--role BOSS", '"STAFF", "ADVERTISER", "INFLUENCER"'),
        ("--role STAFF --influencer 7", "--influencer is for --role INFLUENCER alone"),
        ("--role STAFF --advertiser acme", "--advertiser is for --role ADVERTISER alone"),
        ("--role INFLUENCER", "--role INFLUENCER needs --influencer"),
        ("--role INFLUENCER --influencer=", "--role INFLUENCER needs --influencer"),
        ("--role INFLUENCER --advertiser acme", "--role INFLUENCER needs --influencer"),
        ("--role ADVERTISER", "--role ADVERTISER needs --advertiser"),
        ("--role ADVERTISER --influencer 7", "--influencer is for --role INFLUENCER alone"),
        ("--role INFLUENCER --influencer Mika", "externalId:<id>"),
        ("--role INFLUENCER --influencer gid://joinery/Campaign/7", "externalId:<id>"),
        ("--role SERVICE", "--role SERVICE needs --name"),
        ("--role STAFF --ttl 0", ">= 1"),
        ("--role STAFF --ttl soon", '"soon"'),
    ],
)
def test_each_wrong_combination_tells_what_to_do(run: Typed, arguments: str, says: str) -> None:
    done = run("token", *arguments.split())

    assert says in done.told()
    assert done.out == ""


def test_without_the_secret_no_token_can_be_made(run: Typed) -> None:
    settings = {"JOINERY_AUTH_JWKS_URL": "https://id.example/keys"}
    done = run("token", "--role", "STAFF", settings=settings)
    assert "JOINERY_AUTH_SECRET" in done.told()
