"""Servers as they run in life: gunicorn with two workers, by the portal's own file."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measuring import KIBIBYTES_PER_MEBIBYTE

ROOT = Path(__file__).resolve().parent.parent.parent
WORKERS = 2
#: Seconds until a server must answer.
PATIENCE = 60.0


class Server:
    """A running server."""

    def __init__(self, name: str, port: int, process: "subprocess.Popen[bytes]"):
        self.name, self.port, self.process = name, port, process

    def workers(self) -> list[int]:
        """Return its workers, by their process ids."""
        pid = self.process.pid
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(each) for each in told.split()]

    def memory(self) -> list[float]:
        """Return the resident memory of each worker in MiB."""
        return [resident(pid) for pid in self.workers()]


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KIBIBYTES_PER_MEBIBYTE
    return 0.0


@contextmanager
def serving(
    name: str, database: str, *, settings: str = "cluster_portal.settings"
) -> Iterator[Server]:
    """Run a server on a database as long as the block does.

    Workers are not renewed after some thousand requests, as they otherwise are:
    what they gather is measured.
    """
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": settings,
        "WEB_CONCURRENCY": str(WORKERS),
        "PORT": str(port),
    }
    process = subprocess.Popen(  # noqa: S603 - our own server
        [
            *(sys.executable, "-m", "gunicorn", "--max-requests", "0"),
            *("--log-level", "warning", "benchmarks.timed"),
        ],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        wait_for(port, process)
        yield Server(name, port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a server listens.

    :raises RuntimeError: if it ends or takes too long.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("A server to be measured did not start.")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
