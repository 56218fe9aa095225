"""Import influencers, or the codes of a campaign, from a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, Token
from cyclopts.validators import Path as PathValidator


def _renamed(_type: object, tokens: Sequence[Token]) -> dict[str, str]:
    from commands.importing.columns import parse_renamed

    return parse_renamed(",".join(token.value for token in tokens))


async def import_file(
    file: Annotated[Path, Parameter(validator=PathValidator(exists=True, dir_okay=False))],
    /,
    *,
    columns: Annotated[
        Mapping[str, str] | None, Parameter(converter=_renamed, accepts_keys=False, n_tokens=1)
    ] = None,
    codes: str | None = None,
) -> None:
    """Import influencers and their accounts from FILE, in CSV or JSON Lines; or codes.

    What is wrong is told line by line, and the rest is imported. Run it again after an
    interruption, or with a newer file: what is known is brought up to date, and running it twice
    with the same file changes nothing.

    JSON Lines (.jsonl): an `InfluencerInput` of the GraphQL schema on each line.

    CSV (.csv): the first line names the columns. externalId and name are needed; email, country,
    categories (with ; between), avatarUrl are not. Accounts: platform, accountExternalId, handle,
    followers; who has several has a line for each, one below the other. Or all in one line:
    instagram.handle, instagram.followers, tiktok.handle, and so on. docs/import.md tells the rest.

    With `--codes` FILE holds referral codes: one on each line, or in the first column of a CSV.

    Parameters
    ----------
    file
        The file to import.
    columns
        The file's own names of columns, as `externalId=influencer_id,name=profile_name`; other
        columns are not read.
    codes
        The id of the campaign to whose pool the codes in FILE are added, such as
        `gid://joinery/Campaign/12`.
    """
    if codes is not None:
        await _import_codes(file, codes, columns)
        return
    from commands.importing.files import import_from

    if not await import_from(file, columns or {}):
        raise SystemExit(1)


async def _import_codes(file: Path, campaign: str, columns: Mapping[str, str] | None) -> None:
    from commands.errors import CommandError
    from commands.importing.codes import import_codes

    if columns:
        raise CommandError("--columns is for influencers: codes are in the first column")
    if not await import_codes(file, campaign):
        raise SystemExit(1)
