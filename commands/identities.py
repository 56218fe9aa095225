"""Ready tokens for the people of the demo, in development alone."""

from collections.abc import Awaitable, Callable, Sequence

from commands.demo_data.campaigns import ADVERTISERS
from commands.demo_data.story import ADVERTISER, FREE, WAITING_TO_CONNECT, WAITING_TO_SELECT
from models.influencer import Influencer
from transport.auth.claims import claims_of
from transport.auth.tokens import sign
from transport.graphiql import Identity
from transport.settings import Settings
from workflow.enums import Role

TOKEN_SECONDS = 30 * 24 * 60 * 60
STAFF_NAME = "Mika Sato"
ADVERTISER_NAME = "Ren Aoki"
SERVICE_NAME = "Post tracker"
# How each began: where they are now depends on what has been tried out since.
_CREATORS = {
    WAITING_TO_SELECT: "marked as joined with two accounts",
    WAITING_TO_CONNECT: "marked as joined without an account",
    FREE: "began with one account and no campaign",
}


def demo_identities(settings: Settings) -> Callable[[], Awaitable[Sequence[Identity]]]:
    """Return the callers in GraphiQL's menu: staff, an advertiser, influencers, and a service."""

    async def identities() -> Sequence[Identity]:
        # A token of staff for everyone who can read a log is no thing for production.
        if settings.is_production or not settings.auth_secret:
            return ()
        names = dict(
            await Influencer.filter(external_id__in=list(_CREATORS)).values_list(
                "external_id", "name"
            )
        )
        brand = ADVERTISERS[ADVERTISER]
        return [
            _identity(settings, f"Staff ({STAFF_NAME})", Role.STAFF, "staff", STAFF_NAME),
            _identity(
                settings, f"Advertiser ({brand})", Role.ADVERTISER, ADVERTISER, ADVERTISER_NAME
            ),
            *(
                _identity(
                    settings,
                    f"{names[key]} ({what})",
                    Role.INFLUENCER,
                    f"externalId:{key}",
                    names[key],
                )
                for key, what in _CREATORS.items()
                if key in names
            ),
            _identity(
                settings, f"Service ({SERVICE_NAME})", Role.SERVICE, "post-tracker", SERVICE_NAME
            ),
        ]

    return identities


async def print_tokens(settings: Settings) -> None:
    """Print the tokens of `demo_identities`, each alone on its line."""
    for identity in await demo_identities(settings)():
        # Not through rich, which would wrap it.
        print(f"\n{identity['label']}:\n{identity['token']}")


def _identity(settings: Settings, label: str, role: Role, subject: str, name: str) -> Identity:
    advertiser = subject if role is Role.ADVERTISER else None
    claims = claims_of(settings, role, subject, name, advertiser)
    secret = settings.auth_secret or ""
    return {"label": label, "role": role, "token": sign(secret, claims, TOKEN_SECONDS)}
