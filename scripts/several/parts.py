"""The parts of an installation, each of which can be stopped."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path


class CannotTry(Exception):
    """Something this trial needs is not on this machine."""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*command: str, env: dict[str, str] | None = None) -> str:
    """Run a command to its end; return what it said."""
    # A file, not a pipe: a server that is started keeps a pipe open for ever.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(  # noqa: S603 # our own commands
            command,
            env=env,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        said.seek(0)
        text = said.read()
    if done.returncode:
        raise CannotTry(f"{' '.join(command)}:\n{text}")
    return text


class Process:
    """A program of its own process group."""

    def __init__(
        self, folder: Path, name: str, command: list[str], env: dict[str, str]
    ):
        self.log, self.command, self.env = folder / f"{name}.log", command, env
        self.start()

    def start(self) -> None:
        """Start it, again perhaps."""
        with self.log.open("ab") as log:
            self.program = subprocess.Popen(  # noqa: S603 # our own commands
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def send(self, number: int) -> None:
        """Send a signal to all of it."""
        if self.program.poll() is None:
            os.killpg(self.program.pid, number)

    def kill(self) -> None:
        """End it at once, as a machine does that loses its power."""
        self.send(signal.SIGKILL)
        self.program.wait()

    def finish(self) -> None:
        """Ask it to end what it is at, and wait."""
        self.send(signal.SIGTERM)
        self.program.wait()


class Postgres:
    """A server with a cluster of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            raise CannotTry("PostgreSQL is not installed (apt install postgresql).")
        self.bin, self.port = found[-1].parent, free_port()
        self.home = folder / name
        self.home.mkdir()
        if os.getuid() == 0:
            shutil.chown(self.home, "postgres", "postgres")

    def tool(self, name: str, *options: str) -> str:
        """Run one of its programs, never as root."""
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        prefix = [*drop, "env", "HOME=/tmp"] if os.getuid() == 0 else []
        return run(*prefix, str(self.bin / name), *options)

    def make(self) -> None:
        """Make an empty cluster, as docs/deploy.md says."""
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        self.tool("initdb", "-D", f"{self.home}/data", *options)

    def copy(self, primary: "Postgres") -> None:
        """Make a replica that follows ``primary``."""
        whom = f"-h 127.0.0.1 -p {primary.port} -U postgres".split()
        self.tool(
            "pg_basebackup",
            *whom,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "-D",
            f"{self.home}/data",
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = (
            f"-p {self.port} -h 127.0.0.1 -k {self.home} -c wal_keep_size=256MB "
            "-c max_connections=60 -c hot_standby_feedback=on"
        )
        log = f"{self.home}/log"
        data = f"{self.home}/data"
        self.tool("pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop it; ``immediate`` as if the machine lost its power."""
        self.tool("pg_ctl", "-D", f"{self.home}/data", "-m", how, "-w", "stop")

    def ask(self, query: str) -> str:
        """Return what a query says."""
        whom = f"-h 127.0.0.1 -p {self.port} -U postgres -d portal -Atc".split()
        return self.tool("psql", *whom, query).strip()

    @property
    def url(self) -> str:
        """Return its address as settings take it."""
        return f"postgres://postgres@127.0.0.1:{self.port}/portal"


NGINX = """
daemon off; pid {home}/nginx.pid; error_log {home}/nginx-error.log; {user}
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  upstream portal {{
    {servers}
    keepalive 16;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://portal;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 2s;
      proxy_read_timeout 15s;
    }}
  }}
}}
"""


def front(folder: Path, ports: list[int]) -> tuple[Process, int]:
    """Start the proxy before the web servers; return its port too."""
    if shutil.which("nginx") is None:
        raise CannotTry("nginx is not installed (apt install nginx-light).")
    home, port = folder / "nginx", free_port()
    home.mkdir()
    servers = "\n".join(
        f"server 127.0.0.1:{each} max_fails=1 fail_timeout=2s;" for each in ports
    )
    user = "user root;" if os.getuid() == 0 else ""
    text = NGINX.format(home=home, port=port, servers=servers, user=user)
    (home / "nginx.conf").write_text(text)
    command = ["nginx", "-p", str(home), "-c", str(home / "nginx.conf")]
    proxy = Process(folder, "nginx", command, dict(os.environ))
    return proxy, port
