"""A web server that is killed, and what browsers ask of it meanwhile."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

#: Seconds a browser waits, and a server may take to come up.
PATIENCE = 30


class Server:
    """Gunicorn with two processes, as in production, on a port of its own."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "--workers=2", "--preload"]
        command += [f"--bind=127.0.0.1:{self.port}", "--log-level=critical"]
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            [*command, "cluster_portal.wsgi"],
            cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # One group, killed as one.
            start_new_session=True,
        )
        self.wait()

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                asked.request("GET", "/healthz")
                if asked.getresponse().status == http.HTTPStatus.OK:
                    return
            time.sleep(0.05)
        raise TimeoutError("The web server does not come up.")

    def kill(self, how: str, chance: random.Random) -> None:
        """Kill one process, all of them, or a process of the database."""
        if how == "all":
            self.stop(signal.SIGKILL)
            self.start()
        elif how == "process":
            with suppress(ProcessLookupError):
                os.kill(chance.choice(self.children()), signal.SIGKILL)
        else:
            kill_backend(chance)
        self.wait()

    def children(self) -> list[int]:
        """Return the processes that answer."""
        pid = self.process.pid if self.process else 0
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return sorted(map(int, text.split()))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End all of it."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        self.process.wait(PATIENCE)


def kill_backend(chance: random.Random) -> None:
    """Kill a process of PostgreSQL: it then ends all sessions and recovers its log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND backend_type = 'client backend'"
        )
        found = sorted(pid for (pid,) in cursor.fetchall())
    connections.close_all()
    if found:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(found), signal.SIGKILL)


# --- A browser ------------------------------------------------------------------------


class Form(HTMLParser):
    """What the forms of a page would send if nobody touched them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = value
        if tag == "select":
            self._select = name
        if tag == "textarea":
            self._area = name
            self.fields[name] = ""
        is_box = given.get("type") in {"checkbox", "radio", "file", "submit"}
        if tag == "input" and name and ("checked" in given or not is_box):
            self.fields.setdefault(name, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data.removeprefix("\n")


class NoAnswer(Exception):
    """The server died, or said that it cannot: what was sent may be there or not."""


class Browser:
    """Somebody who is signed in, and sends forms as a browser does."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.cookies = {settings.SESSION_COOKIE_NAME: session}

    def ask(
        self, method: str, address: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, str, str]:
        """Return status, address led to, and page.

        :raises NoAnswer: if there is none that says what happened.
        """
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        words = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if kind:
            words["Content-Type"] = kind
        try:
            asked.request(method, address, body, words)
            answer = asked.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException) as fault:
            raise NoAnswer(str(fault)) from fault
        finally:
            asked.close()
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NoAnswer(f"{answer.status}")
        for said in answer.headers.get_all("Set-Cookie", []):
            name, _sign, value = said.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), page

    def form(self, address: str) -> dict[str, str]:
        """Return the fields of the form at an address."""
        return Form(self.ask("GET", address)[2]).fields

    def send(
        self, address: str, fields: dict[str, str], files: dict[str, bytes]
    ) -> tuple[int, str, str]:
        """Send a form with files."""
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            f"{value}\r\n".encode()
            for name, value in fields.items()
        ]
        parts += [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
            + content
            + b"\r\n"
            for name, content in files.items()
        ]
        body = b"".join(parts) + f"--{edge}--\r\n".encode()
        return self.ask("POST", address, body, f"multipart/form-data; boundary={edge}")


def errors_of(page: str) -> str:
    """Return what a form says is wrong, in short; for a message of ours."""
    found: Any = re.findall(r'(?s)class="[^"]*error[^"]*"[^>]*>(.*?)</', page)
    return " | ".join(re.sub(r"<[^>]+>|\s+", " ", each).strip() for each in found)[:300]
