"""What the peers need installed, and what they and the machine are."""

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.database import Database
from bench.measure import LoadError
from bench.servers import NODE, NODE_PEERS, Peer

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
PYTHON_PACKAGES = (
    "strawberry-graphql",
    "graphql-core",
    "tortoise-orm",
    "asyncpg",
    "uvicorn",
    "uvloop",
    "orjson",
)
NODE_PACKAGES = (
    "mercurius",
    "fastify",
    "graphql-jit",
    "graphql-yoga",
    "graphql",
    "pg",
    "dataloader",
    "postgraphile",
)


def set_up(folder: Path, peers: Sequence[Peer]) -> None:
    """Install what these peers need and lack. Raises LoadError."""
    if any(peer.name == "ariadne" for peer in peers):
        _install_python(folder / "python")
    if any(peer.kind == "node" for peer in peers):
        _install_node()


def _install_python(target: Path) -> None:
    # Beside our own environment, which has all that these packages need and not these.
    done = target / ".installed"
    if done.exists() and done.read_text() == REQUIREMENTS.read_text():
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--require-hashes", "--upgrade", "--target", str(target)]
    if subprocess.run([*pip, "-r", REQUIREMENTS], check=False).returncode:
        raise LoadError("the packages of bench/requirements.txt could not be installed")
    done.write_text(REQUIREMENTS.read_text())


def _install_node() -> None:
    done = NODE_PEERS / "node_modules" / ".installed"
    lock = (NODE_PEERS / "package-lock.json").read_text()
    if done.exists() and done.read_text() == lock:
        return
    try:
        subprocess.run([shutil.which("npm") or "npm", "ci", "--silent"], cwd=NODE_PEERS, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise LoadError(f"npm could not install the Node.js peers: {error}") from error
    done.write_text(lock)


def machine() -> str:
    """Return the machine, in a line."""
    cpu = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(": ")[2]
            break
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores of {cpu}, {memory:.0f} GB, {system}"


def versions(database: Database) -> dict[str, str]:
    """Return the versions of all that ran, by name."""
    found = {"PostgreSQL": database.rows("SHOW server_version")[0][0]}
    found["Python"] = platform.python_version()
    found |= {name: importlib.metadata.version(name) for name in PYTHON_PACKAGES}
    for line in REQUIREMENTS.read_text().splitlines():
        if line.startswith("ariadne=="):
            found["ariadne"] = line.split("==")[1].split()[0]
    if NODE.exists():
        told = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True)
        found["Node.js"] = told.stdout.strip().removeprefix("v")
        for name in NODE_PACKAGES:
            package = NODE_PEERS / "node_modules" / name / "package.json"
            found[name] = json.loads(package.read_text())["version"]
    return found
