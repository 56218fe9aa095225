"""A PostgreSQL that asks for TLS and passwords: its URLs do as libpq's, or say what is wrong.

That of the wheel is built without TLS; the one of `TEST_POSTGRES` or of Debian is tried instead.
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from database.connection import UnreachableError, connected
from database.postgres_url import DatabaseError
from tests.certificates import Authority
from tests.database.test_databases import value
from tests.live import free_port
from tests.postgres import Postgres, postgres, unprivileged

pytestmark = pytest.mark.postgres

RULES = """local all all trust
hostssl all staff 127.0.0.1/32 cert
hostssl all all 127.0.0.1/32 scram-sha-256
"""
PASSWORD = "100%:secret"
IS_ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@dataclass(frozen=True)
class Site:
    """A server that is `localhost` by its certificate, and the files around it."""

    server: Postgres
    folder: Path

    def url(self, parameters: str, login: str = "app:100%25%3Asecret", host: str = "") -> str:
        """Return a URL; `FOLDER` in the parameters is where the files are."""
        host = host or f"localhost:{self.server.port}"
        where = f"postgresql://{login}@{host}/postgres"
        return f"{where}?{parameters}".replace("FOLDER", str(self.folder))


@contextmanager
def with_tls() -> Generator[None]:
    """Have PostgreSQL start from binaries that were built with TLS."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    installed = os.environ.get("TEST_POSTGRES") or next((str(f.parents[1]) for f in found), None)
    if installed is None:
        pytest.skip("NOT TRIED: no PostgreSQL with TLS is here (sudo apt-get install postgresql)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_POSTGRES", installed)
        yield


@pytest.fixture(scope="module")
def site() -> Generator[Site]:
    with tempfile.TemporaryDirectory(prefix="joinery-tls-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority, port = Authority(folder, "authority"), free_port()
        Authority(folder, "stranger")
        certificate, key = authority.sign("server", "localhost")
        authority.sign("staff")
        rules = folder / "pg_hba.conf"
        rules.write_text(RULES)
        if owner := unprivileged():
            for file in (certificate, key, authority.file, rules):
                os.chown(file, owner["user"], owner["group"])
        settings = {
            "listen_addresses": "127.0.0.1",
            "hba_file": rules,
            "ssl": "on",
            "ssl_cert_file": certificate,
            "ssl_key_file": key,
            "ssl_ca_file": authority.file,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        with with_tls(), postgres(options=options, port=port) as server:
            server.sql(f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'")
            server.sql("CREATE ROLE staff LOGIN")
            (folder / "pgpass").write_text(f"localhost:{port}:*:app:{PASSWORD}\n")
            (folder / "open").write_text("*:*:*:*:secret\n")
            (folder / "services").write_text(
                f"[local]\nhost=localhost\nport={port}\ndbname=postgres\nuser=app\n"
                f"password={PASSWORD}\nsslmode=verify-full\nsslrootcert={authority.file}\n"
                "application_name=by service\n"
                f"[several]\nhost=/nowhere,localhost\nport=5432,{port}\ndbname=postgres\n"
                f"user=app\npassword={PASSWORD}\n"
                "[wrong]\ncolour=red\n"
            )
            for file in ("pgpass", "services"):
                (folder / file).chmod(0o600)
            yield Site(server, folder)


@pytest.mark.parametrize(
    "parameters",
    [
        "sslmode=require",
        "sslmode=verify-ca&sslrootcert=FOLDER/authority.crt",
        "sslmode=verify-full&sslrootcert=FOLDER/authority.crt",
        "sslmode=verify-full&sslrootcert=FOLDER/authority.crt&ssl_min_protocol_version=TLSv1.3",
    ],
)
async def test_what_is_sent_is_encrypted(site: Site, parameters: str):
    async with connected(site.url(parameters)):
        assert await value(IS_ENCRYPTED) is True


async def test_tls_may_begin_without_being_asked_for(site: Site):
    if int(site.server.sql("SHOW server_version_num")) < 170_000:
        pytest.skip("from PostgreSQL 17 on")
    async with connected(site.url("sslmode=require&sslnegotiation=direct")):
        assert await value(IS_ENCRYPTED) is True


async def test_the_authorities_of_the_machine_are_trusted(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    url = site.url("sslrootcert=system")
    monkeypatch.setenv("SSL_CERT_FILE", str(site.folder / "stranger.crt"))
    with pytest.raises(UnreachableError, match="certificate verify failed"):
        await ask(url)
    monkeypatch.setenv("SSL_CERT_FILE", str(site.folder / "authority.crt"))
    await ask(url)


async def test_a_certificate_may_be_the_password(site: Site):
    certificate = "sslmode=require&sslcert=FOLDER/staff.crt&sslkey=FOLDER/staff.key"
    async with connected(site.url(certificate, login="staff")):
        assert await value("SELECT current_user::text") == "staff"


@pytest.mark.parametrize(
    ("parameters", "host", "says"),
    [
        ("sslmode=verify-full&sslrootcert=FOLDER/authority.crt", "127.0.0.1", "IP address"),
        ("sslmode=verify-full&sslrootcert=FOLDER/stranger.crt", "localhost", "verify failed"),
        ("sslmode=verify-ca&sslrootcert=FOLDER/stranger.crt", "localhost", "verify failed"),
        # As libpq has it: with a file of authorities, `require` is as good as `verify-ca`.
        ("sslmode=require&sslrootcert=FOLDER/stranger.crt", "localhost", "verify failed"),
        ("sslmode=disable", "localhost", "no pg_hba.conf entry"),
    ],
)
async def test_another_server_is_not_talked_to(site: Site, parameters: str, host: str, says: str):
    """It may be replaced while this process waits, as a certificate that has expired is."""
    with pytest.raises(UnreachableError, match=says):
        await ask(site.url(parameters, host=f"{host}:{site.server.port}"))


async def test_a_name_that_a_certificate_lacks_matters_to_verify_full_alone(site: Site):
    parameters = "sslmode=verify-ca&sslrootcert=FOLDER/authority.crt"
    await ask(site.url(parameters, host=f"127.0.0.1:{site.server.port}"))


async def test_a_file_of_passwords_is_read(site: Site):
    await ask(site.url("sslmode=require&passfile=FOLDER/pgpass", login="app"))


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ("passfile=FOLDER/open", "passfile=.*/open is passed over.*chmod 600"),
        ("passfile=FOLDER/nowhere", "passfile=.*/nowhere cannot be read: No such file"),
        ("sslrootcert=FOLDER/nowhere", "sslrootcert=.*/nowhere cannot be read"),
        ("sslmode=require&sslcert=FOLDER/nowhere", "sslcert=.*/nowhere cannot be read"),
        ("service=nowhere", "service=nowhere is not in .*/services: set PGSERVICEFILE"),
        ("service=wrong", "colour=red is not supported"),
    ],
)
async def test_what_would_be_passed_over_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, parameters: str, says: str
):
    monkeypatch.setenv("PGSERVICEFILE", str(site.folder / "services"))
    with pytest.raises(DatabaseError, match=says) as refused:
        await ask(site.url(parameters))
    assert not isinstance(refused.value, UnreachableError)


@pytest.mark.parametrize("url", ["postgresql:///?service=local", "postgresql://?service=local"])
async def test_a_service_says_where_the_database_is(
    site: Site, monkeypatch: pytest.MonkeyPatch, url: str
):
    monkeypatch.setenv("PGSERVICEFILE", str(site.folder / "services"))
    async with connected(url):
        assert await value(IS_ENCRYPTED) is True
        assert await value("SHOW application_name") == "by service"
        assert await value("SELECT current_database()::text") == "postgres"


async def test_a_url_says_more_than_its_service(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGSERVICEFILE", str(site.folder / "services"))
    url = site.url("sslmode=require&service=local&application_name=url", login="app")
    async with connected(url):
        assert await value("SHOW application_name") == "url"


async def test_a_service_may_have_several_hosts(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGSERVICEFILE", str(site.folder / "services"))
    await ask("postgresql:///?service=several")


async def ask(url: str) -> None:
    """Connect, and ask something."""
    async with connected(url):
        assert await value("SELECT 1") == 1
