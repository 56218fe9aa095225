"""Ready tokens for trying things out in development: one of each role, from what is stored."""

from collections.abc import Sequence

from models.enums import CampaignStatus, ParticipationStatus, Role
from models.participation import Participation
from resolvers import ids
from transport.graphiql import Identity
from transport.settings import Settings
from transport.tokens import sign

TTL_SECONDS = 12 * 3600


async def ready_identities(settings: Settings) -> Sequence[Identity]:
    """A member of staff and, where the data has them, an advertiser and an influencer who waits.

    Needs a database that is connected. None at all where tokens are signed elsewhere.
    """
    secret = settings.auth_secret
    if secret is None:
        return []

    def identity(label: str, role: Role, subject: str, name: str, advertiser: str | None = None):
        claims = {"sub": subject, "role": role, "name": name, "advertiser": advertiser}
        claims |= {"iss": settings.auth_issuer, "aud": settings.auth_audience}
        return Identity(label=label, role=role, token=sign(secret, claims, TTL_SECONDS))

    found = [identity("Staff", Role.STAFF, "staff-1", "Staff")]
    waiting = await _waiting()
    if waiting is None:
        return found
    campaign, influencer = waiting.campaign, waiting.influencer
    if campaign.advertiser_id is not None:
        label, name = f"Advertiser ({campaign.brand})", campaign.brand
        found.append(identity(label, Role.ADVERTISER, "advertiser-1", name, campaign.advertiser_id))
    subject = ids.encode("Influencer", int(influencer.pk))
    label = f"Influencer ({influencer.name}, waiting)"
    return [*found, identity(label, Role.INFLUENCER, subject, influencer.name)]


async def _waiting() -> Participation | None:
    """Someone who is WAITING in a running campaign, best in one that an advertiser may see."""
    running = [status for status in CampaignStatus if status.is_running]
    waiting = Participation.filter(
        status=ParticipationStatus.WAITING,
        campaign__status__in=running,
        influencer__erased_at=None,
    ).select_related("campaign", "influencer")
    owned = waiting.exclude(campaign__advertiser_id=None)
    return await owned.first() or await waiting.first()
