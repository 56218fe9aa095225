"""The commands of the Dockerfile and of the systemd unit, run as those run them.

By a user without privileges, from a checkout that may not be written, in a working directory
elsewhere, and with no variables but those that the files set and the secrets of production.
"""

import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import httpx
import pytest

from tests.live import ROOT, free_port, wait_until_ready
from tests.tokens import SECRET, STAFF

pytestmark = pytest.mark.slow
SECONDS = 60
SECRETS = {"JOINERY_AUTH_SECRET": SECRET, "JOINERY_CONNECT_SECRET": SECRET[::-1]}


@dataclass(frozen=True)
class Commands:
    """What is run, with the paths and the port of this test."""

    migrate: list[str]
    serve: list[str]
    health_check: list[str]
    environment: dict[str, str]


def of_dockerfile(checkout: Path, port: int) -> Commands:
    """Its health check is run too; `python` is found in PATH."""
    text = (ROOT / "Dockerfile").read_text()
    words = dict(re.findall(r"^(ENTRYPOINT|HEALTHCHECK|CMD).*?(\[.*\])$", text, re.MULTILINE))
    here = {
        name: json.loads(
            array.replace("/app/", f"{checkout}/")
            .replace(":8000/", f":{port}/")
            .replace("0.0.0.0", "127.0.0.1")
        )
        for name, array in words.items()
    }
    return Commands(
        migrate=[*here["ENTRYPOINT"], "migrate"],
        serve=[*here["ENTRYPOINT"], *here["CMD"], "--port", str(port)],
        health_check=here["HEALTHCHECK"],
        environment=_set_by(text),
    )


def of_systemd(checkout: Path, port: int) -> Commands:
    """It has no health check."""
    text = (ROOT / "deploy" / "joinery.service").read_text().replace("/opt/joinery", str(checkout))
    words = dict(re.findall(r"^(ExecStart(?:Pre)?)=(.*)$", text, re.MULTILINE))
    return Commands(
        migrate=words["ExecStartPre"].split(),
        serve=[*words["ExecStart"].split(), "--port", str(port)],
        health_check=[],
        environment=_set_by(text),
    )


def _set_by(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(?:ENV|Environment=).*?(JOINERY_\w+)=(\S+)", text, re.MULTILINE))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """What the Dockerfile copies, and the environment beside it; nobody may write there."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    left_out = [line.removeprefix("**/") for line in lines if line[:1] not in ("", "#", "!")]

    def ignore(folder: str, names: list[str]) -> list[str]:
        paths = {name: str(Path(folder, name).relative_to(ROOT)) for name in names}
        return [
            name
            for name, path in paths.items()
            if any(fnmatch(path, line) or name == line == "__pycache__" for line in left_out)
        ]

    copy = tmp_path_factory.mktemp("opt") / "joinery"
    shutil.copytree(ROOT, copy, ignore=ignore)
    (copy / ".venv").symlink_to(sys.prefix)
    files = [copy, *copy.rglob("*")]
    for file in files:
        if not file.is_symlink():
            file.chmod(0o555 if file.is_dir() else 0o444)
    yield copy
    for file in files:
        if file.is_dir() and not file.is_symlink():
            file.chmod(0o755)


@pytest.fixture(scope="module")
def unprivileged() -> list[str]:
    """The beginning of a command line that gives up what root may do."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if not setpriv:
        pytest.skip("root can only give up its privileges with setpriv, which is not here")
    nobody = pwd.getpwnam("nobody")
    # It may still read everything: Python may be installed where only root comes.
    kept = "-all,+dac_read_search"
    user = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    sets = [f"--{which}={kept}" for which in ("bounding-set", "inh-caps", "ambient-caps")]
    return [setpriv, *user, "--no-new-privs", *sets]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The working directory: the only folder that the user may write."""
    folder = tmp_path / "state"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    return folder


def test_the_checkout_may_not_be_written(checkout: Path, unprivileged: list[str]) -> None:
    write = "import sys; open(sys.argv[1] + '/new', 'w')"
    command = [*unprivileged, sys.executable, "-c", write, str(checkout)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "PermissionError" in done.stderr


@pytest.mark.parametrize("commands_of", [of_dockerfile, of_systemd])
def test_it_migrates_serves_and_stops(
    commands_of: Callable[[Path, int], Commands],
    checkout: Path,
    unprivileged: list[str],
    state: Path,
) -> None:
    port = free_port()
    commands = commands_of(checkout, port)
    assert commands.environment == {"JOINERY_ENV": "production"}
    environment = {"PATH": f"{sys.prefix}/bin", **commands.environment, **SECRETS}
    before = contents(checkout)

    def run(command: list[str], log: str) -> "subprocess.Popen[bytes]":
        with (state / log).open("wb") as output:
            return subprocess.Popen(
                [*unprivileged, *command], cwd=state, env=environment, stdout=output, stderr=output
            )

    migrating = run(commands.migrate, "migrate.log")
    assert migrating.wait(SECONDS) == 0, (state / "migrate.log").read_text()
    server = run(commands.serve, "serve.log")
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", server, state / "serve.log")
        if commands.health_check:
            assert run(commands.health_check, "health.log").wait(SECONDS) == 0
        answer = httpx.post(
            f"http://127.0.0.1:{port}/graphql",
            json={"query": "{ viewer { role } campaigns { totalCount } }"},
            headers={"Authorization": f"Bearer {STAFF}"},
        )
    finally:
        server.terminate()
        code = server.wait(SECONDS)

    assert answer.json() == {"data": {"viewer": {"role": "STAFF"}, "campaigns": {"totalCount": 0}}}
    said = (state / "serve.log").read_text()
    assert code in (0, -signal.SIGTERM), said
    assert "Traceback" not in said
    assert (state / "joinery.db").exists()
    assert contents(checkout) == before
    if commands.health_check:
        assert run(commands.health_check, "health.log").wait(SECONDS) != 0


def contents(folder: Path) -> list[str]:
    return sorted(str(file) for file in folder.rglob("*"))
