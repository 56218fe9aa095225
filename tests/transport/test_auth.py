"""Who the caller is: only by a token that is genuine, in time, and meant for this server."""

import asyncio
import base64
import hashlib
import hmac
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import orjson
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from models.influencer import Influencer
from resolvers.caller import Caller, Proof
from resolvers.context import InvalidProofError
from resolvers.errors import RequestError
from resolvers.ids import encode
from tests import data
from tests.engine import mutate
from tests.live import ROOT
from tests.tokens import SECRET, token
from tests.transport.keys import Issuer, publishing
from transport.auth import jwks
from transport.auth.tokens import Authenticator, ConnectProofs, sign
from transport.settings import Settings
from workflow.enums import Platform, Role

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def by_secret(**settings: Any) -> Authenticator:
    return Authenticator(Settings(auth_secret=SECRET, **settings))


def unsigned(claims: dict[str, Any]) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


STAFF = {"role": "STAFF", "sub": "staff-1", "exp": int(time.time()) + 3600}


async def test_a_token_that_was_good_is_refused_once_it_has_expired() -> None:
    auth = by_secret()
    short = f"Bearer {token('STAFF', seconds=1)}"
    assert await auth.caller(short)

    with pytest.raises(RequestError, match="has expired"):
        await asyncio.wait_for(until_refused(auth, short), timeout=10)


async def test_a_token_says_who_calls() -> None:
    auth = by_secret()
    staff = await auth.caller(f"Bearer {token('STAFF', sub='s-1', name='Mika Sato')}")
    assert staff == Caller(Role.STAFF, "s-1", "Mika Sato")
    advertiser = await auth.caller(f"bearer {token('ADVERTISER', advertiser='acme')}")
    assert advertiser == Caller(Role.ADVERTISER, "advertiser-1", advertiser_id="acme")
    assert await auth.caller(None) is None


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "must be `Bearer`"),
        ("Bearer", "must be `Bearer`"),
        ("Bearer ", "must be `Bearer`"),
        ("Basic c3RhZmY6cGFzcw==", "must be `Bearer`"),
        (token("STAFF"), "must be `Bearer`"),
        ("Bearer x", "is malformed"),
        ("Bearer a.b.c", "is malformed"),
        (f"Bearer {token('STAFF', seconds=-1)}", "has expired"),
        (f"Bearer {token('STAFF', exp=None)}", "lacks the claim exp"),
        (f"Bearer {token('STAFF', nbf=int(time.time()) + 86_400)}", "is not valid yet"),
        (f"Bearer {token('STAFF', secret=SECRET[::-1])}", "has a wrong signature"),
        (f"Bearer {token('STAFF')[:-4]}AAAA", "has a wrong signature"),
        (f"Bearer {unsigned(STAFF)}", "another algorithm"),
        (f"Bearer {jwt.encode(STAFF, SECRET * 2, algorithm='HS512')}", "another algorithm"),
        (f"Bearer {token('SYSTEM')}", "needs the claim role"),
        (f"Bearer {token('ADMIN')}", "needs the claim role"),
        (f"Bearer {sign(SECRET, {'sub': 'staff-1'}, 3600)}", "needs the claim role"),
        (f"Bearer {token('STAFF', sub=' ')}", "needs the claim sub"),
        (f"Bearer {token('STAFF', sub='x' * 251)}", "needs the claim sub"),
        (f"Bearer {token('STAFF', sub=chr(0xD800))}", "needs the claim sub"),
        (f"Bearer {token('STAFF', name=7)}", "needs the claim name"),
        (f"Bearer {token('ADVERTISER')}", "needs the claim advertiser"),
        (f"Bearer {token('ADVERTISER', advertiser='')}", "needs the claim advertiser"),
    ],
)
async def test_a_token_that_is_not_good_is_refused_with_the_reason(header: str, says: str) -> None:
    with pytest.raises(RequestError, match=says) as caught:
        await by_secret().caller(header)
    assert caught.value.extensions == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({}, "lacks the claim (iss|aud)"),
        ({"iss": "ours"}, "lacks the claim aud"),
        ({"iss": "theirs", "aud": "joinery"}, "another issuer"),
        ({"iss": "ours", "aud": "other"}, "another audience"),
    ],
)
async def test_issuer_and_audience_must_be_the_ones_agreed_on(
    claims: dict[str, Any], says: str
) -> None:
    auth = by_secret(auth_issuer="ours", auth_audience="joinery")
    with pytest.raises(RequestError, match=says):
        await auth.caller(f"Bearer {token('STAFF', **claims)}")
    good: dict[str, Any] = {"iss": "ours", "aud": ["other", "joinery"]}
    assert await auth.caller(f"Bearer {token('STAFF', **good)}")


async def test_an_influencer_is_known_by_either_id_until_they_are_erased(db: str) -> None:
    auth = by_secret()
    row = await Influencer.create(
        external_id="jp-7", name="葵", name_key="葵", categories=[], created_at=NOW, updated_at=NOW
    )
    expected = Caller(Role.INFLUENCER, "externalId:jp-7", influencer_id=row.pk)
    assert await auth.caller(f"Bearer {token('INFLUENCER', sub='externalId:jp-7')}") == expected
    caller = await auth.caller(f"Bearer {token('INFLUENCER', influencer=row.pk)}")
    assert caller is not None
    assert caller.influencer_id == row.pk

    for sub in ("gid://joinery/Influencer/999", "externalId:", "externalId:JP-7"):
        with pytest.raises(RequestError, match="names none that is known"):
            await auth.caller(f"Bearer {token('INFLUENCER', sub=sub)}")

    await Influencer.filter(id=row.pk).update(erased_at=NOW)
    with pytest.raises(RequestError, match="names none that is known"):
        await auth.caller(f"Bearer {token('INFLUENCER', influencer=row.pk)}")


@pytest.mark.parametrize("by", ["id", "externalId"])
async def test_a_token_that_was_accepted_ends_with_the_erasure_of_its_influencer(
    db: str, by: str
) -> None:
    auth = by_secret()
    person = await data.influencer(external_id="mika@example.com")
    sub = person.external_id if by == "externalId" else person.pk
    names = {"externalId": f"externalId:{sub}", "id": encode("Influencer", sub)}
    header = f"Bearer {token('INFLUENCER', sub=names[by])}"
    for _ in range(2):
        assert await auth.caller(header)

    gid = encode("Influencer", person.pk)
    await mutate("eraseInfluencer", "isDryRun", influencerId=gid, reason="why", dry=True)
    assert await auth.caller(header)
    await mutate("eraseInfluencer", "isDryRun", influencerId=gid, reason="why")

    for same in (auth, by_secret()):
        with pytest.raises(RequestError, match="names none that is known") as refused:
            await same.caller(header)
        assert (refused.value.extensions or {})["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("sub", ["3", "crm-3", "gid://joinery/Campaign/3", "' OR 1=1 --"])
async def test_a_sub_that_cannot_name_an_influencer_is_told_the_forms_that_can(sub: str) -> None:
    with pytest.raises(RequestError, match="gid://joinery/Influencer/<number> nor externalId:<id>"):
        await by_secret().caller(f"Bearer {token('INFLUENCER', sub=sub)}")


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with publishing() as issuer:
        yield issuer


def by_keys(issuer: Issuer) -> Authenticator:
    return Authenticator(Settings(auth_jwks_url=issuer.url))


@pytest.mark.parametrize("kid", ["rsa-1", "ec-1"])
async def test_published_keys_are_fetched_once(issuer: Issuer, kid: str) -> None:
    auth = by_keys(issuer)
    for _ in range(3):
        assert await auth.caller(f"Bearer {issuer.token(kid)}") == Caller(Role.STAFF, "staff-1")
    assert issuer.fetches == 1


async def test_a_token_need_not_name_the_only_key(issuer: Issuer) -> None:
    issuer.published = issuer.jwks("rsa-1")
    assert await by_keys(issuer).caller(f"Bearer {issuer.token(None)}")


async def test_a_new_key_is_fetched_when_a_token_names_it(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = by_keys(issuer)
    await auth.caller(f"Bearer {issuer.token('rsa-1')}")
    issuer.published = issuer.jwks("rsa-2")
    # Too soon after the last: whoever makes up key ids must not make us fetch every time.
    for _ in range(5):
        with pytest.raises(RequestError, match="a key that is not known"):
            await auth.caller(f"Bearer {issuer.token('rsa-2')}")
    assert issuer.fetches == 1

    later(monkeypatch, jwks.COOLDOWN_SECONDS + 1)
    assert await auth.caller(f"Bearer {issuer.token('rsa-2')}")
    with pytest.raises(RequestError, match="a key that is not known"):
        await auth.caller(f"Bearer {issuer.token('rsa-1')}")


async def test_known_keys_stay_good_while_they_cannot_be_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with publishing() as issuer:
        auth = by_keys(issuer)
        await auth.caller(f"Bearer {issuer.token('rsa-1')}")
    later(monkeypatch, jwks.REFRESH_SECONDS + 1)
    for _ in range(2):
        assert await auth.caller(f"Bearer {issuer.token('rsa-1')}")
    with pytest.raises(RequestError, match="a key that is not known"):
        await auth.caller(f"Bearer {issuer.token('rsa-2')}")


@pytest.mark.parametrize("published", [b"", b"[]", b"{}", b'{"keys": []}', b"<html>"])
async def test_without_any_keys_the_caller_may_try_again(issuer: Issuer, published: bytes) -> None:
    issuer.published = published
    with pytest.raises(RequestError, match="cannot be fetched") as caught:
        await by_keys(issuer).caller(f"Bearer {issuer.token('rsa-1')}")
    assert caught.value.extensions == {"code": "UNAVAILABLE"}


async def test_a_public_key_is_no_secret(issuer: Issuer) -> None:
    """The classic forgery: HS256, with the published key as the secret."""
    public = issuer.rsa.public_key()
    auth = by_keys(issuer)
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        orjson.dumps(orjson.loads(issuer.published)["keys"][0]),
    ):
        forged = hs256(secret, {"alg": "HS256", "typ": "JWT", "kid": "rsa-1"})
        with pytest.raises(RequestError, match="another algorithm") as caught:
            await auth.caller(f"Bearer {forged}")
        assert caught.value.extensions == {"code": "UNAUTHENTICATED"}


async def test_a_shared_secret_among_published_keys_verifies_nothing(issuer: Issuer) -> None:
    stray = {"kty": "oct", "kid": "oct-1", "k": base64.urlsafe_b64encode(b"x" * 32).decode()}
    keys = orjson.loads(issuer.published)["keys"]
    issuer.published = orjson.dumps({"keys": [*keys, stray]})
    forged = hs256(b"x" * 32, {"alg": "HS256", "typ": "JWT", "kid": "oct-1"})
    with pytest.raises(RequestError, match="a key that is not known"):
        await by_keys(issuer).caller(f"Bearer {forged}")


async def test_the_request_for_keys_says_who_asks(issuer: Issuer) -> None:
    await by_keys(issuer).caller(f"Bearer {issuer.token('rsa-1')}")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert issuer.user_agent == f"Joinery/{project['version'].rpartition('.')[0]}"


ENCRYPTION = {"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "enc-1", "n": "AQAB", "e": "AQ"}
UNREADABLE: list[Any] = [
    {"kty": "oct", "kid": "oct-1"},
    {"kty": "RSA", "kid": ["rsa-9"], "n": "AQAB", "e": "AQAB"},
    {"kty": "RSA", "kid": "rsa-9", "alg": "none", "n": "AQAB", "e": "AQAB"},
    {"kty": "RSA", "kid": "rsa-9", "n": 7, "e": None},
    {"kty": "RSA", "kid": "rsa-9"},
    {"kty": ["EC"], "crv": ["P-256"], "kid": "ec-9"},
    {"kty": "EC", "crv": "P-256", "kid": "ec-9", "x": "AQAB", "y": "AQAB"},
    {"kty": "AKP", "alg": "ML-DSA-44", "kid": "pq-1", "pub": "AQAB"},
    {},
    "rsa-9",
    None,
    ENCRYPTION,
]


@pytest.mark.parametrize("bad", UNREADABLE)
async def test_a_key_that_cannot_be_used_leaves_the_others(issuer: Issuer, bad: Any) -> None:
    keys = orjson.loads(issuer.published)["keys"]
    issuer.published = orjson.dumps({"keys": [bad, *keys, bad]})
    auth = by_keys(issuer)
    for kid in ("rsa-1", "ec-1"):
        assert await auth.caller(f"Bearer {issuer.token(kid)}")
    with pytest.raises(RequestError, match="a key that is not known"):
        await auth.caller(f"Bearer {issuer.token('rsa-9')}")


@pytest.mark.parametrize("published", [[], [ENCRYPTION], UNREADABLE])
async def test_a_set_without_a_usable_key_withdraws_all_and_is_told_once(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, published: list[Any]
) -> None:
    auth = by_keys(issuer)
    withdrawn = f"Bearer {issuer.token('rsa-1')}"
    assert await auth.caller(withdrawn)
    good, issuer.published = issuer.published, orjson.dumps({"keys": published})
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            later(monkeypatch, jwks.REFRESH_SECONDS * (issuer.fetches + 1))
            for kid in ("rsa-2", "rsa-1"):
                with pytest.raises(RequestError, match="a key that is not known") as caught:
                    await auth.caller(f"Bearer {issuer.token(kid)}")
                assert caught.value.extensions == {"code": "UNAUTHENTICATED"}
            with pytest.raises(RequestError, match="a key that is not known"):
                await auth.caller(withdrawn)
    assert issuer.fetches == 4
    told = [entry["event"] for entry in logs]
    assert told.count("a token was refused") == len(told) - 1 == 9

    issuer.published = good
    later(monkeypatch, jwks.REFRESH_SECONDS * 6)
    assert await auth.caller(withdrawn)


async def test_a_withdrawn_key_is_refused_by_a_set_of_others(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = by_keys(issuer)
    withdrawn = f"Bearer {issuer.token('rsa-1')}"
    assert await auth.caller(withdrawn)
    revision = auth.revision
    keys = [key for key in orjson.loads(issuer.published)["keys"] if key["kid"] != "rsa-1"]
    issuer.published = orjson.dumps({"keys": keys})
    later(monkeypatch, jwks.REFRESH_SECONDS * 2)
    assert await auth.caller(f"Bearer {issuer.token('ec-1')}")
    with pytest.raises(RequestError, match="a key that is not known"):
        await asyncio.wait_for(until_refused(auth, withdrawn), timeout=10)
    # The new revision makes open streams check their tokens again.
    assert auth.revision != revision


async def test_each_of_several_keys_of_one_id_is_tried(issuer: Issuer) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = RSAAlgorithm.to_jwk(stranger.public_key(), as_dict=True)
    ours = orjson.loads(issuer.jwks("rsa-1"))["keys"][0]
    ec = orjson.loads(issuer.jwks("ec-1"))["keys"][0]
    named = [{**key, "kid": "rsa-1"} for key in (other, ec, ours, other)]
    issuer.published = orjson.dumps({"keys": named})
    auth = by_keys(issuer)
    for _ in range(2):
        assert await auth.caller(f"Bearer {issuer.token('rsa-1')}")
        assert await auth.caller(f"Bearer {issuer.token(None)}")
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = jwt.encode(STAFF, forger, "RS256", {"kid": "rsa-1"})
    with pytest.raises(RequestError, match="a wrong signature"):
        await auth.caller(f"Bearer {forged}")


PRIVATE_KEYS = {
    "RSA": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
    "P-521": ec.generate_private_key(ec.SECP521R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        *(("RSA", name) for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        ("P-384", "ES384"),
        ("P-521", "ES512"),
        ("Ed25519", "EdDSA"),
    ],
)
async def test_a_key_without_an_algorithm_verifies_each_of_its_kind(
    issuer: Issuer, kind: str, algorithm: str
) -> None:
    key = PRIVATE_KEYS[kind]
    signing = jwt.get_algorithm_by_name(algorithm)
    public = signing.to_jwk(key.public_key(), as_dict=True)
    issuer.published = orjson.dumps({"keys": [{**public, "kid": "k"}]})
    good = jwt.encode(STAFF, key, algorithm, {"kid": "k"})
    assert await by_keys(issuer).caller(f"Bearer {good}")

    issuer.published = orjson.dumps({"keys": [{**public, "kid": "k", "alg": algorithm}]})
    assert await by_keys(issuer).caller(f"Bearer {good}")


async def test_a_key_that_names_its_algorithm_verifies_no_other(issuer: Issuer) -> None:
    key = orjson.loads(issuer.jwks("rsa-1"))["keys"][0]
    issuer.published = orjson.dumps({"keys": [{**key, "alg": "PS256"}]})
    with pytest.raises(RequestError, match="another algorithm"):
        await by_keys(issuer).caller(f"Bearer {issuer.token('rsa-1')}")
    good = jwt.encode(STAFF, issuer.rsa, "PS256", {"kid": "rsa-1"})
    assert await by_keys(issuer).caller(f"Bearer {good}")


async def test_a_clock_that_is_ahead_refuses_no_token() -> None:
    now = int(time.time())
    auth = by_secret()
    ahead: list[dict[str, Any]] = [
        {"iat": now + 2, "nbf": now + 2},
        {"nbf": now + 25},
        {"iat": now + 7200},
    ]
    for claims in ahead:
        assert await auth.caller(f"Bearer {token('STAFF', **claims)}")
    with pytest.raises(RequestError, match="is not valid yet"):
        await auth.caller(f"Bearer {token('STAFF', nbf=now + 45)}")


async def test_the_leeway_is_a_setting() -> None:
    ahead = f"Bearer {token('STAFF', nbf=int(time.time()) + 45)}"
    assert await by_secret(auth_leeway=60).caller(ahead)
    soon = f"Bearer {token('STAFF', nbf=int(time.time()) + 10)}"
    with pytest.raises(RequestError, match="is not valid yet"):
        await by_secret(auth_leeway=0).caller(soon)


async def test_leeway_is_not_for_the_end_of_a_token() -> None:
    with pytest.raises(RequestError, match="has expired"):
        await by_secret(auth_leeway=300).caller(f"Bearer {token('STAFF', seconds=-1)}")


PROOF = {
    "influencer": "externalId:jp-7",
    "platform": "TIKTOK",
    "externalId": "t-1",
    "handle": "@aoi",
    "followers": 12_000,
}


async def test_a_proof_says_whose_account_it_is() -> None:
    proofs = ConnectProofs(Settings(connect_secret=SECRET))
    proof = await proofs.verify(sign(SECRET, PROOF, 60))
    assert proof == Proof("externalId:jp-7", Platform.TIKTOK, "t-1", "@aoi", 12_000)


async def test_a_proof_has_the_same_leeway() -> None:
    now = int(time.time())
    settings = Settings(connect_secret=SECRET, auth_leeway=20)
    ahead = jwt.encode(PROOF | {"iat": now + 900, "nbf": now + 15, "exp": now + 60}, SECRET)
    assert await ConnectProofs(settings).verify(ahead)
    early = jwt.encode(PROOF | {"nbf": now + 30, "exp": now + 60}, SECRET)
    with pytest.raises(InvalidProofError, match="is not valid yet"):
        await ConnectProofs(settings).verify(early)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"platform": "MYSPACE"}, "platform"),
        ({"platform": None}, "platform"),
        ({"influencer": None}, "influencer"),
        ({"externalId": ""}, "externalId"),
        ({"handle": 7}, "handle"),
        ({"followers": -1}, "followers"),
        ({"followers": "12"}, "followers"),
        ({"followers": True}, "followers"),
        ({"followers": 1 << 31}, "followers"),
    ],
)
async def test_a_proof_must_say_everything(changes: dict[str, Any], says: str) -> None:
    proofs = ConnectProofs(Settings(connect_secret=SECRET))
    with pytest.raises(InvalidProofError, match=f"needs the claim {says}"):
        await proofs.verify(sign(SECRET, PROOF | changes, 60))


@pytest.mark.parametrize(
    "proof",
    [sign(SECRET[::-1], PROOF, 60), sign(SECRET, PROOF, -1), unsigned(PROOF), "", token("STAFF")],
)
async def test_a_proof_that_is_not_genuine_is_refused(proof: str) -> None:
    with pytest.raises(InvalidProofError):
        await ConnectProofs(Settings(connect_secret=SECRET)).verify(proof)


async def until_refused(auth: Authenticator, header: str) -> None:
    while await auth.caller(header):
        await asyncio.sleep(0.05)


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let so much time have passed, for the keys."""
    moved = time.monotonic() + seconds
    monkeypatch.setattr(jwks, "monotonic", lambda: moved)


def hs256(secret: bytes, header: dict[str, str]) -> str:
    """An HS256 token of staff by any bytes as secret; PyJWT itself refuses to sign with a PEM."""
    parts = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=") for part in (header, STAFF)]
    signed = b".".join(parts)
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, hashlib.sha256)).rstrip(b"=")
    return b".".join([signed, signature]).decode()
