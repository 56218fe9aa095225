"""The caller of a request, and the proof that an account is theirs."""

from dataclasses import dataclass

from workflow.enums import Platform, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of a valid token.

    Only influencers have an `influencer_id`, only advertisers an `advertiser_id`.
    """

    role: Role
    subject: str
    name: str | None = None
    influencer_id: int | None = None
    advertiser_id: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """An account, as the service that did the platform's login describes it (`connectAccount`).

    `influencer` is its owner, as in a token's `sub`: a global id, or `externalId:` and an id.
    """

    influencer: str
    platform: Platform
    external_id: str
    handle: str
    followers: int
