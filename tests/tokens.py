"""Bearer tokens for the tests, signed with the secret that their servers are started with."""

import time
from typing import Any

import jwt

SECRET = "a secret for the tests alone, 32 bytes or more"


def token(
    role: str,
    *,
    sub: str | None = None,
    influencer: int | None = None,
    seconds: int = 3600,
    secret: str = SECRET,
    **claims: Any,
) -> str:
    """A token of `role`, such as STAFF or INFLUENCER, that expires in so many seconds.

    `influencer` is the number of an influencer, whose global id becomes `sub`; an advertiser's
    claim is `advertiser="…"`. A claim that is None is left out.
    """
    if influencer is not None:
        sub = f"gid://joinery/Influencer/{influencer}"
    payload = {
        "role": role,
        "sub": sub or f"{role.lower()}-1",
        "exp": int(time.time()) + seconds,
        **claims,
    }
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(payload, secret, algorithm="HS256")


STAFF = token("STAFF", name="Mika Sato")
