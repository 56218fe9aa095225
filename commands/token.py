"""Make a token."""

from datetime import timedelta
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.errors import CommandError

YEAR = int(timedelta(days=365).total_seconds())


def token(
    *,
    role: Literal["STAFF", "ADVERTISER", "INFLUENCER", "SERVICE"],
    influencer: str | None = None,
    advertiser: str | None = None,
    name: str | None = None,
    ttl: Annotated[int, Parameter(validator=Number(gte=1, lte=10 * YEAR))] = 24 * 60 * 60,
) -> None:
    """Print a bearer token, signed with JOINERY_AUTH_SECRET, alone on one line.

    Send it as `Authorization: Bearer <token>`.

    Parameters
    ----------
    role
        Who the bearer is: STAFF sees and does everything, an ADVERTISER what concerns their
        campaigns, an INFLUENCER what concerns them; a SERVICE records posts and findings, and
        keeps influencers up to date.
    influencer
        Whose token it is, for INFLUENCER: a global id (gid://joinery/Influencer/7), its number
        alone (7), or an external id (externalId:crm-7).
    advertiser
        Whose campaigns, for ADVERTISER: the campaigns' advertiserId.
    name
        The name that the history shows; for SERVICE, which service it is.
    ttl
        For how many seconds it is good.
    """
    from transport.auth.claims import claims_of
    from transport.auth.tokens import sign
    from transport.settings import Settings
    from workflow.enums import Role

    settings = Settings()
    if not settings.auth_secret:
        raise CommandError("JOINERY_AUTH_SECRET is not set: only who holds the keys makes tokens")
    if role == "SERVICE" and not name:
        raise CommandError("--role SERVICE needs --name: say which service it is")
    # Two services are two callers, each with its own Idempotency-Keys.
    subject = name if role == "SERVICE" and name else _subject(role, influencer, advertiser)
    claims = claims_of(settings, Role(role), subject, name, advertiser)
    # Not through rich, which would wrap it.
    print(sign(settings.auth_secret, claims, ttl))


def _subject(role: str, influencer: str | None, advertiser: str | None) -> str:
    from resolvers import ids

    _check("INFLUENCER", role, "--influencer", influencer)
    _check("ADVERTISER", role, "--advertiser", advertiser)
    if influencer is None:
        return advertiser or role.lower()
    if influencer.isascii() and influencer.isdigit():
        return ids.encode("Influencer", int(influencer))
    if ids.decode(influencer, "Influencer") is None and not influencer.startswith("externalId:"):
        raise CommandError(
            f"--influencer {influencer}: neither a number, nor gid://joinery/Influencer/<number>,"
            " nor externalId:<id>"
        )
    return influencer


def _check(its_role: str, role: str, option: str, given: str | None) -> None:
    """Refuse an option that is missing for its role, or given for another."""
    if role == its_role and not given:
        raise CommandError(f"--role {role} needs {option}: say whose token it is")
    if role != its_role and given is not None:
        raise CommandError(f"{option} is for --role {its_role} alone: leave it out, or ask for it")
