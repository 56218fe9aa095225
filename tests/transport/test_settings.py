"""Settings: what the server refuses to start with, by the name of the variable."""

import os
import re
from pathlib import Path

import pytest

from tests.live import ROOT
from transport.settings import DEVELOPMENT_AUTH_SECRET, Settings, SettingsError

LONG = "a secret of more than thirty-two bytes, made up"
PRODUCTION = {
    "JOINERY_ENV": "production",
    "JOINERY_AUTH_SECRET": LONG,
    "JOINERY_CONNECT_SECRET": LONG[::-1],
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder without a `.env`, and without variables of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("JOINERY_")]:
        monkeypatch.delenv(name)


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings()
    return str(caught.value)


def test_nothing_need_be_set_in_development() -> None:
    settings = Settings()
    assert settings.database_url == "sqlite://joinery.db"
    assert settings.auth_secret == DEVELOPMENT_AUTH_SECRET
    assert settings.shows_graphiql
    assert not settings.is_production


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("JOINERY_ENV", "staging", "should be 'development' or 'production'"),
        ("JOINERY_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("JOINERY_GRAPHIQL", "perhaps", "valid boolean"),
        ("JOINERY_AUTH_ROLE_MAP", "agency-staff", "agency-staff is not NAME=ROLE"),
        ("JOINERY_AUTH_ROLE_MAP", "a=STAFF,", " is not NAME=ROLE"),
        ("JOINERY_AUTH_ROLE_MAP", "a=SYSTEM", "STAFF, ADVERTISER, INFLUENCER"),
        ("JOINERY_AUTH_ROLE_MAP", "a=STAFF,a=ADVERTISER", "a has two roles"),
        ("JOINERY_COST_LIMIT", "0", "greater than or equal to 1"),
        ("JOINERY_COST_BUDGET", "unlimited", "valid integer"),
        ("JOINERY_AUTH_LEEWAY", "301", "less than or equal to 300"),
        ("JOINERY_AUTH_LEEWAY", "-1", "greater than or equal to 0"),
        ("JOINERY_AUTH_LEEWAY", "30s", "valid integer"),
        ("JOINERY_CORS_ORIGINS", "https://app.example/", "https://app.example/ is no origin"),
        ("JOINERY_CORS_ORIGINS", "https://a.example,b.example", "b.example is no origin"),
        ("JOINERY_CORS_ORIGINS", "https://*.example", "is no origin"),
        ("JOINERY_CORS_ORIGINS", "null", "is no origin"),
        ("JOINERY_CORS_ORIGINS", "*, https://a.example", "or * alone"),
        ("JOINERY_AUTH_SECRET", "short", "needs 32 bytes or more, has 5"),
        ("JOINERY_CONNECT_SECRET", "short", "needs 32 bytes or more, has 5"),
        ("JOINERY_AUTH_JWKS_URL", "keys.example", "begins with http:// or https://"),
        ("JOINERY_CONNECT_JWKS_URL", "file:///keys", "begins with http:// or https://"),
        ("JOINERY_DATABASE_URL", "mysql://localhost/joinery", "postgresql://"),
        ("JOINERY_DATABASE_POOL_SIZE", "5", "greater than or equal to 6"),
        ("JOINERY_DATABASE_LOCK_TIMEOUT", "0", "greater than 0"),
        ("JOINERY_DATABASE_STATEMENT_TIMEOUT", "60s", "valid number"),
        ("JOINERY_DATABASE_CONNECT_TIMEOUT", "inf", "less than or equal to 86400"),
    ],
)
def test_a_bad_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    message = refused(monkeypatch, **{name: value})
    assert message.startswith(f"{name}: ")
    assert says in message


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", None),
        ("*", ("*",)),
        (
            "https://App.example:443, http://[::1]:8080,",
            ("https://app.example", "http://[::1]:8080"),
        ),
        ("capacitor://localhost", ("capacitor://localhost",)),
    ],
)
def test_origins_are_told_as_browsers_send_them(
    monkeypatch: pytest.MonkeyPatch, text: str, origins: tuple[str, ...] | None
) -> None:
    monkeypatch.setenv("JOINERY_CORS_ORIGINS", text)
    assert Settings().cors_origins == origins


@pytest.mark.parametrize("in_file", [False, True])
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("JOINERY_ENVIRONMENT", "JOINERY_ENV"),
        ("joinery_loglevel", "JOINERY_LOG_LEVEL"),
        ("JOINERY_DB_URL", "JOINERY_DATABASE_URL"),
    ],
)
def test_a_name_that_is_no_setting_is_refused_with_the_one_like_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, meant: str, in_file: bool
) -> None:
    if in_file:
        (tmp_path / ".env").write_text(f"{name}=production\n")
    message = refused(monkeypatch, **({} if in_file else {name: "production"}))
    assert message == f"{name.upper()}: is no setting; did you mean {meant}?"


@pytest.mark.parametrize("name", ["JOINERY_FROBNICATE", "JOINERY_X", "JOINERY_HOST"])
def test_a_name_like_no_setting_is_refused_without_a_guess(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    message = refused(monkeypatch, **{name: "1"})
    assert message == f"{name}: is no setting; docs/operations.md lists those that there are"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JOINERY_SERVICE_HOST", "10.0.0.7"),
        ("JOINERY_SERVICE_PORT_HTTP", "8000"),
        ("JOINERY_PORT", "tcp://10.0.0.7:8000"),
        ("JOINERY_WEB_PORT_8000_TCP_ADDR", "10.0.0.7"),
    ],
)
def test_what_kubernetes_sets_for_a_service_of_our_name_is_no_mistake(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert Settings().env == "development"


@pytest.mark.parametrize(
    "line",
    [
        'JOINERY_ENV="production',
        'JOINERY_ENV="production"!',
        "JOINERY_ENV: production",
        "JOINERY_ENV",
        "JOINERY_AUTH_SECRET:production",
        '"JOINERY_ENV"=production',
        "JOINERY-ENV=production",
    ],
)
def test_a_line_of_the_file_that_cannot_be_read_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    (tmp_path / ".env").write_text(f"OTHER=1\n\n{line}\nOTHERS=2\n")
    message = refused(monkeypatch)
    assert message.startswith(".env, line 3: is not NAME=value")
    assert "production" not in message


def test_a_line_of_another_program_need_not_be_readable(tmp_path: Path) -> None:
    text = f"GREETING='it''s'\nJOINERY_AUTH_SECRET={LONG}\nNEXT_PUBLIC_JOINERY_URL=http://a\n"
    (tmp_path / ".env").write_text(text)
    assert Settings().auth_secret == LONG


def test_every_bad_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    message = refused(monkeypatch, JOINERY_AUTH_SECRET="short", JOINERY_DATABASE_URL="mysql://x")
    assert [line.split(":")[0] for line in message.splitlines()] == [
        "JOINERY_AUTH_SECRET",
        "JOINERY_DATABASE_URL",
    ]


def test_an_error_does_not_tell_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    message = refused(
        monkeypatch, JOINERY_AUTH_SECRET="tooshort", JOINERY_DATABASE_URL="mysql://me:hunter2@x"
    )
    assert "tooshort" not in message
    assert "hunter2" not in message
    assert LONG not in repr(Settings(auth_secret=LONG, database_url="sqlite://x.db"))


def test_a_secret_and_a_jwks_url_exclude_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"JOINERY_AUTH_SECRET": LONG, "JOINERY_AUTH_JWKS_URL": "https://keys.example/jwks"}
    assert "not both" in refused(monkeypatch, **variables)


def test_a_jwks_url_puts_the_development_secret_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOINERY_AUTH_JWKS_URL", "https://keys.example/jwks")
    assert Settings().auth_secret is None


def test_production_starts_with_secrets_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.is_production
    assert not settings.shows_graphiql


@pytest.mark.parametrize("name", ["JOINERY_AUTH_SECRET", "JOINERY_CONNECT_SECRET"])
@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("", "production needs it"),
        ("short", "32 bytes"),
        (DEVELOPMENT_AUTH_SECRET, "everyone knows"),
    ],
)
def test_production_refuses_a_missing_short_or_known_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, secret: str, says: str
) -> None:
    message = refused(monkeypatch, **(PRODUCTION | {name: secret}))
    assert message.startswith(f"{name}: ")
    assert says in message


@pytest.mark.parametrize(
    ("url", "replica_url", "why"),
    [
        (None, "postgresql://h/joinery", "SQLite has no replicas"),
        ("postgresql://h/joinery", "sqlite://copy.db", "starts with postgresql://"),
    ],
)
def test_replicas_are_of_postgresql(
    monkeypatch: pytest.MonkeyPatch, url: str | None, replica_url: str, why: str
) -> None:
    if url is not None:
        monkeypatch.setenv("JOINERY_DATABASE_URL", url)
    monkeypatch.setenv("JOINERY_DATABASE_REPLICA_URL", replica_url)
    with pytest.raises(SettingsError, match=f"JOINERY_DATABASE_REPLICA_URL: .*{why}"):
        Settings()


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"JOINERY_AUTH_SECRET=\xff")
    with pytest.raises(SettingsError, match=r"^\.env: is not UTF-8"):
        Settings()


def test_variables_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"JOINERY_AUTH_SECRET={LONG}\nJOINERY_GRAPHIQL=off\nOTHER=1\n")
    settings = Settings()
    assert settings.auth_secret == LONG
    assert not settings.shows_graphiql


def test_the_example_file_has_a_line_that_can_be_used_for_every_setting(tmp_path: Path) -> None:
    lines = re.findall(r"^#(JOINERY_\w+=.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    names = [line.partition("=")[0].removeprefix("JOINERY_").lower() for line in lines]
    assert names == list(Settings.model_fields)

    for name, line in zip(names, lines, strict=True):
        (tmp_path / ".env").write_text(f"{line}\n")
        value, default = getattr(Settings(), name), Settings.model_fields[name].default
        assert default in (None, value), f"{line} is not the default, {default}"


def test_who_may_introspect_depends_on_where_it_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert (Settings().may_introspect, Settings().suggests) == ("everyone", True)
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    assert (Settings().may_introspect, Settings().suggests) == ("callers", True)
    monkeypatch.setenv("JOINERY_TRUSTED_DOCUMENTS", str(tmp_path))
    monkeypatch.setenv("JOINERY_TRUSTED_ONLY", "true")
    assert (Settings().may_introspect, Settings().suggests) == ("nobody", False)
    monkeypatch.setenv("JOINERY_INTROSPECTION", "Callers")
    assert (Settings().may_introspect, Settings().suggests) == ("callers", True)
    monkeypatch.setenv("JOINERY_SUGGESTIONS", "false")
    assert not Settings().suggests


def test_graphiql_needs_introspection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOINERY_INTROSPECTION", "nobody")
    assert not Settings().shows_graphiql
    assert "JOINERY_GRAPHIQL: needs JOINERY_INTROSPECTION" in refused(
        monkeypatch, JOINERY_GRAPHIQL="true"
    )


def test_trusted_documents_alone_need_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "JOINERY_TRUSTED_ONLY: needs JOINERY_TRUSTED_DOCUMENTS" in refused(
        monkeypatch, JOINERY_TRUSTED_ONLY="true"
    )
