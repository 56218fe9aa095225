"""Bring the database up to date."""


async def migrate() -> None:
    """Create or update the tables of the database (JOINERY_DATABASE_URL).

    Run it before each start of a new version. Any number of machines may run it at once.
    """
    from database import migrations
    from transport.settings import Settings

    settings = Settings()
    applied = await migrations.migrate(settings.database_url, settings.database_options)
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("the database is up to date")
