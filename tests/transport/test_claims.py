"""Roles and people as identity providers name them, set as docs/identity-providers.md says."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import orjson
import pytest

from models.influencer import Influencer
from resolvers.caller import Caller
from resolvers.errors import RequestError
from tests.live import ROOT
from tests.tokens import SECRET
from tests.transport.keys import Issuer, publishing
from transport.auth.claims import claims_of
from transport.auth.tokens import Authenticator, sign
from transport.settings import Settings
from workflow.enums import Role

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MAP = {"agency-staff": Role.STAFF, "boss": Role.STAFF, "brand": Role.ADVERTISER}


async def caller(claims: dict[str, Any], **settings: Any) -> Caller | None:
    auth = Authenticator(Settings(auth_secret=SECRET, **settings))
    return await auth.caller(f"Bearer {sign(SECRET, {'sub': 'u-1'} | claims, 60)}")


@pytest.fixture
async def aoi(db: str) -> int:
    row = await Influencer.create(
        external_id="crm-7", name="葵", name_key="葵", categories=[], created_at=NOW, updated_at=NOW
    )
    return row.pk


# As documented


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with publishing() as issuer:
        yield issuer


def documented(provider: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The settings and the token that docs/identity-providers.md has for a provider."""
    text = (ROOT / "docs/identity-providers.md").read_text()
    section = text.partition(f"\n## {provider}\n")[2].partition("\n## ")[0]
    blocks = dict(re.findall(r"```(sh|json)\n(.*?)```", section, re.DOTALL))
    variables = dict(line.split("=", 1) for line in blocks["sh"].splitlines())
    return variables, orjson.loads(blocks["json"])


@pytest.mark.parametrize(
    ("provider", "role", "advertiser"),
    [
        ("Auth0", Role.INFLUENCER, None),
        ("Keycloak", Role.ADVERTISER, "acme"),
        ("Okta", Role.STAFF, None),
        ("Microsoft Entra ID", Role.INFLUENCER, None),
        ("Services", Role.SERVICE, None),
    ],
)
async def test_a_provider_s_token_is_understood_with_the_documented_settings(
    issuer: Issuer,
    aoi: int,
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    role: Role,
    advertiser: str | None,
) -> None:
    variables, claims = documented(provider)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JOINERY_AUTH_JWKS_URL", issuer.url)
    key = orjson.loads(issuer.jwks("rsa-1"))["keys"][0]
    named = {} if provider == "Microsoft Entra ID" else {"alg": "RS256"}
    encryption = {**key, "kid": "enc-1", "use": "enc", "alg": "RSA-OAEP"}
    issuer.published = orjson.dumps({"keys": [encryption, {**key, **named}]})

    now = int(time.time())
    times = {"iat": now, "exp": now + 60}
    token = jwt.encode(claims | times, issuer.rsa, "RS256", {"kid": "rsa-1"})
    influencer = aoi if role is Role.INFLUENCER else None
    expected = Caller(role, claims["sub"], claims.get("name"), influencer, advertiser)
    assert await Authenticator(Settings()).caller(f"Bearer {token}") == expected


# Roles


@pytest.mark.parametrize(
    ("path", "claims"),
    [
        ("role", {"role": "STAFF"}),
        ("roles", {"roles": ["offline_access", "STAFF", 7, None, ["ADVERTISER"]]}),
        ("realm_access.roles", {"realm_access": {"roles": ["STAFF"]}}),
        ("resource_access.api.v2.roles", {"resource_access": {"api.v2": {"roles": ["STAFF"]}}}),
        ("https://a.example/roles", {"https://a.example/roles": "STAFF"}),
        ("https://a.example/x.roles", {"https://a.example/x": {"roles": ["STAFF", "STAFF"]}}),
        ("a.b", {"a.b": "STAFF", "a": {"b": "ADVERTISER"}}),
    ],
)
async def test_a_role_is_found_at_its_path(path: str, claims: dict[str, Any]) -> None:
    assert await caller(claims, auth_role_claim=path) == Caller(Role.STAFF, "u-1")


@pytest.mark.parametrize(
    "claims", [{}, {"a": None}, {"a": "STAFF"}, {"a": ["b"]}, {"a": {"b": {"STAFF": 1}}}]
)
async def test_a_token_without_a_usable_role_is_told_where_one_is_looked_for(
    claims: dict[str, Any],
) -> None:
    with pytest.raises(RequestError, match=r"claim a\.b, one of STAFF, ADVERTISER, INFLUENCER"):
        await caller(claims, auth_role_claim="a.b")
    with pytest.raises(RequestError, match=r"claim a\.b, one of agency-staff, boss, brand\."):
        await caller(claims, auth_role_claim="a.b", auth_role_map=MAP)


async def test_a_map_says_which_names_are_roles_and_no_other_is() -> None:
    for groups in ("boss", ["everyone", "boss"], ["boss", "agency-staff", "ADVERTISER"]):
        assert await caller({"role": groups}, auth_role_map=MAP) == Caller(Role.STAFF, "u-1")
    with pytest.raises(RequestError, match="needs the claim role"):
        await caller({"role": ["STAFF"]}, auth_role_map=MAP)


async def test_a_token_of_two_roles_is_refused() -> None:
    with pytest.raises(RequestError, match="several roles in the claim role, ADVERTISER and STAFF"):
        await caller({"role": ["boss", "brand"], "advertiser": "acme"}, auth_role_map=MAP)
    with pytest.raises(RequestError, match="several roles") as caught:
        await caller({"role": ["STAFF", "INFLUENCER"]})
    assert caught.value.extensions == {"code": "UNAUTHENTICATED"}


# People


@pytest.mark.parametrize("value", ["acme", ["acme"], "ac\u200bme "])
async def test_an_advertiser_is_found_at_their_path(value: object) -> None:
    claims = {"role": "ADVERTISER", "org": {"id": value}, "advertiser": "other"}
    found = await caller(claims, auth_advertiser_claim="org.id")
    assert found == Caller(Role.ADVERTISER, "u-1", advertiser_id="acme")


@pytest.mark.parametrize("value", [None, "", [], ["acme", "other"], [["acme"]], 7, {"acme": 1}])
async def test_an_advertiser_is_one_text(value: object) -> None:
    claims = {"role": "ADVERTISER", "org": {"id": value}, "advertiser": "other"}
    with pytest.raises(RequestError, match=r"needs the claim org\.id"):
        await caller(claims, auth_advertiser_claim="org.id")


async def test_an_influencer_is_known_by_the_claim_of_the_setting(aoi: int) -> None:
    by_id = f"gid://joinery/Influencer/{aoi}"
    for value in ("crm-7", "externalId:crm-7", by_id, ["crm-7"]):
        found = await caller({"role": "INFLUENCER", "crm": value}, auth_influencer_claim="crm")
        assert found == Caller(Role.INFLUENCER, "u-1", influencer_id=aoi)


async def test_a_sub_names_no_influencer_where_a_claim_does(aoi: int) -> None:
    claims = {"role": "INFLUENCER", "sub": "externalId:crm-7"}
    with pytest.raises(RequestError, match="needs the claim crm"):
        await caller(claims, auth_influencer_claim="crm")
    with pytest.raises(RequestError, match="names none that is known here"):
        await caller(claims | {"crm": "crm-8"}, auth_influencer_claim="crm")


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADVERTISER, Role.INFLUENCER])
async def test_our_own_tokens_have_the_claims_of_the_settings(aoi: int, role: Role) -> None:
    settings = Settings(
        auth_secret=SECRET,
        auth_issuer="https://id.example/",
        auth_role_claim="realm_access.roles",
        auth_role_map={f"our-{each}": each for each in Role if each is not Role.SYSTEM},
        auth_advertiser_claim="org.id",
        auth_influencer_claim="crm",
    )
    advertiser = "acme" if role is Role.ADVERTISER else None
    claims = claims_of(settings, role, "externalId:crm-7", None, advertiser)
    found = await Authenticator(settings).caller(f"Bearer {sign(SECRET, claims, 60)}")
    influencer = aoi if role is Role.INFLUENCER else None
    assert found == Caller(role, "externalId:crm-7", None, influencer, advertiser)
