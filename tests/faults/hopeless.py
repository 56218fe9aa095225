"""A supervisor whose workers cannot start: `python -m tests.faults.hopeless`."""

import socket
import sys
from multiprocessing.connection import Connection

from commands.supervisor import Supervisor
from transport.draining import Ending


def work(_listener: socket.socket, _beats: Connection) -> None:
    """Give up."""
    sys.exit("this worker cannot start")


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.exit(Supervisor(listener, 2, work, Ending(drain=0, grace=1)).run())
