"""A supervisor of workers that do not stay: `python -m tests.faults.hopeless WORK`."""

import socket
import sys
from multiprocessing.connection import Connection

from commands.supervisor import Supervisor
from transport.draining import Ending


def give_up(_listener: socket.socket, _beats: Connection) -> None:
    """Do not start."""
    sys.exit("this worker cannot start")


def serve_shortly(_listener: socket.socket, beats: Connection) -> None:
    """Serve, and end at once, as if all were well."""
    beats.send_bytes(b".")


if __name__ == "__main__":
    work = {"give_up": give_up, "serve_shortly": serve_shortly}[sys.argv[1]]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.exit(Supervisor(listener, 2, work, Ending(drain=0, grace=1)).run())
