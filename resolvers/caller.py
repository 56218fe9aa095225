"""Who is asking, as the rules see them."""

from dataclasses import dataclass

from workflow.enums import Platform, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of a token that was found good.

    `influencer_id` is there for influencers alone, `advertiser_id` for advertisers alone.
    """

    role: Role
    subject: str
    name: str | None = None
    influencer_id: int | None = None
    advertiser_id: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What the service that did a platform's login says about an account (`connectAccount`).

    `influencer` is whose it is, as in a token's `sub`: a global id, or `externalId:` and their id.
    """

    influencer: str
    platform: Platform
    external_id: str
    handle: str
    followers: int
