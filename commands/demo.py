"""Fill an empty database with data that looks real."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number


async def demo(
    *,
    campaigns: Annotated[int, Parameter(validator=Number(gte=0))] = 40,
    influencers: Annotated[int, Parameter(validator=Number(gte=0))] = 2_000,
    seed: int = 7,
) -> None:
    """Fill the database with campaigns, influencers and histories that look real.

    It does so once, and wholly or not at all: a database that has campaigns or influencers is
    left as it is. At the end it prints bearer tokens for a member of staff, an advertiser, and
    influencers with something to do; none in production.

    Parameters
    ----------
    campaigns
        How many campaigns, beside the three of the tutorial's story.
    influencers
        How many influencers, beside those of the story. A million takes a few minutes.
    seed
        The same seed gives the same data.
    """
    from commands.demo_data.filling import fill

    await fill(campaigns, influencers, seed)
