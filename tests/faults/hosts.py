"""Two hosts with a network between them, and a client: network namespaces of Linux.

Nothing leaves them, and nothing comes in. A host can lose its network without a word, as where
its machine, a switch or a cable fails. Needs root; where namespaces are not allowed the test is
skipped, with the reason.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

NETWORK = "10.83.0"
CLONE_NEWNET = 0x40000000

T = TypeVar("T")


@dataclass(frozen=True)
class Host:
    """A host: its namespace, and its address as the others see it."""

    namespace: str
    address: str
    _client: str
    _port: str

    @property
    def within(self) -> tuple[str, ...]:
        """The words before a command that runs it there."""
        return ("ip", "netns", "exec", self.namespace)

    def disconnect(self) -> None:
        """Take its network away: nothing reaches it or comes from it, and nobody is told."""
        _ip("-n", self._client, "link", "set", self._port, "down")


@dataclass(frozen=True)
class Network:
    """Two hosts, and the namespace of the clients, with the switch in it."""

    hosts: tuple[Host, Host]
    client: str

    def run(self, work: Callable[[], T]) -> T:
        """Return what the function returns, run by a thread whose sockets are the clients'."""
        done: list[T] = []
        failed: list[BaseException] = []

        def inside() -> None:
            try:
                _enter(self.client)
                done.append(work())
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return done[0]


@contextmanager
def network() -> Generator[Network]:
    """Make the namespaces, and remove them afterwards."""
    name = f"joinery-{os.getpid()}"
    client = f"{name}-client"
    hosts = (
        Host(f"{name}-1", f"{NETWORK}.1", client, "port1"),
        Host(f"{name}-2", f"{NETWORK}.2", client, "port2"),
    )
    made: list[str] = []
    try:
        try:
            for each in (client, *(host.namespace for host in hosts)):
                _ip("netns", "add", each)
                made.append(each)
            _connect(client, hosts)
        except (OSError, RuntimeError) as error:
            pytest.skip(f"NOT TRIED: network namespaces cannot be made here: {error}")
        yield Network(hosts, client)
    finally:
        for each in made:
            _ip("netns", "delete", each)


def _connect(client: str, hosts: tuple[Host, Host]) -> None:
    """Join the hosts and the client by a switch."""
    _ip("-n", client, "link", "add", "switch", "type", "bridge")
    _ip("-n", client, "address", "add", f"{NETWORK}.254/24", "dev", "switch")
    _ip("-n", client, "link", "set", "switch", "up")
    for host, port in zip(hosts, ("port1", "port2"), strict=True):
        peer = ("peer", "name", "eth0", "netns", host.namespace)
        _ip("-n", client, "link", "add", port, "type", "veth", *peer)
        _ip("-n", client, "link", "set", port, "master", "switch", "up")
        _ip("-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", host.namespace, "link", "set", device, "up")


def _enter(namespace: str) -> None:
    """Move this thread into a namespace."""
    libc: Any = ctypes.CDLL(None, use_errno=True)
    with Path(f"/run/netns/{namespace}").open() as file:
        if libc.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns failed")


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
