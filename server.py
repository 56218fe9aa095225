"""The way in: `python server.py --help` for people, `server:app` for ASGI servers (a factory)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.applications import Starlette


def app() -> "Starlette":
    """Return the server as the settings say it. Raises SettingsError."""
    from commands.identities import demo_identities
    from transport.app import create_app
    from transport.settings import Settings

    settings = Settings()
    identities = None if settings.is_production else demo_identities(settings)
    return create_app(settings, identities)


if __name__ == "__main__":
    from commands.cli import cli

    cli()
