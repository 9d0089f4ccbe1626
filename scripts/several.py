"""Stop one part after the other while people read, write and work.

Called by ``scripts/several.sh`` with a folder to work in. Nothing here imports the
portal: it is met as browsers meet it.
"""

import html
import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

PYTHON = sys.executable
PASSWORD = "demo-portal-2569"  # noqa: S105 # of the demonstration, printed in README
#: Seconds before a part is stopped, while it is away, and after it is back.
BEFORE, AWAY, AFTER = 4.0, 8.0, 10.0
READERS = 4
#: What a browser waits for an answer.
PATIENCE = 20.0
HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class CannotTry(Exception):
    """Something this trial needs is not on this machine."""


# --- Parts ----------------------------------------------------------------------------


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

    def transactions(self) -> int:
        """Return how many it has been asked for."""
        query = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'portal'"
        return int(self.ask(query))


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


def front(folder: Path, ports: list[int]) -> Process:
    """Start the proxy before the web servers, where browsers find it."""
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
    Site.port = port
    return proxy


# --- People ---------------------------------------------------------------------------


class Site:
    """The portal as a browser of its own meets it."""

    port = 0

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.address = "10." + ".".join(str(random.randrange(256)) for _ in range(3))  # noqa: S311

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Return status and page; a form is sent, nothing is followed.

        :raises OSError: if there is no answer.
        """
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Host": "localhost", "X-Forwarded-For": self.address}
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers["Cookie"] = "; ".join(pairs)
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        try:
            link.request("GET" if form is None else "POST", path, body, headers)
            answer = link.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode(errors="replace")
        except http.client.HTTPException as broken:
            raise OSError(str(broken)) from broken
        finally:
            link.close()

    def send(self, path: str, form: dict[str, str]) -> int:
        """Open a form, fill it in and send it."""
        status, page = self.ask(path)
        if status != 200:
            return status
        found = HIDDEN.search(page)
        token = html.unescape(found[1]) if found else ""
        return self.ask(path, {**form, "csrfmiddlewaretoken": token})[0]


@dataclass(frozen=True)
class Visit:
    """A request as its person saw it."""

    who: str
    at: float
    took: float
    #: Empty if it was answered as it should be.
    fault: str


@dataclass
class Crowd:
    """Everybody who uses the portal meanwhile."""

    pages: list[str]
    visits: list[Visit] = field(default_factory=list)
    #: Messages that the portal said it has.
    acknowledged: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def note(self, who: str, ask: Callable[[], int], good: set[int]) -> bool:
        """Do something as ``who``, and keep how it went."""
        at = time.monotonic()
        try:
            status = ask()
            fault = "" if status in good else str(status)
        except OSError as silence:
            fault = type(silence).__name__
        self.visits.append(Visit(who, at, time.monotonic() - at, fault))
        return not fault

    def read(self) -> None:
        """Look at public pages, each time as somebody new."""
        while not self.is_over.is_set():
            page = random.choice(self.pages)  # noqa: S311 # no secret
            self.note("readers", lambda: Site().ask(page)[0], {200})  # noqa: B023
            self.is_over.wait(0.05)

    def write(self) -> None:
        """Report something by the contact page, each time from another address."""
        number = 0
        while not self.is_over.is_set():
            number += 1
            text = f"trial {os.getpid()} {number:05}"
            form = {"text": text, "reply_to": "", "page": "/"}
            if self.note("writers", lambda: Site().send("/contact/", form), {302}):  # noqa: B023
                self.acknowledged.append(text)
            self.is_over.wait(0.3)

    def work(self) -> None:
        """Be signed in, look at one's desk, and sign in again when asked to."""
        site = Site()
        while not self.is_over.is_set():
            self.note("staff", lambda: self._desk(site), {200})
            self.is_over.wait(0.3)

    def _desk(self, site: Site) -> int:
        status, _ = site.ask("/workspace/")
        if status != 302:
            return status
        self.visits.append(Visit("staff", time.monotonic(), 0.0, "signed out"))
        site.cookies.clear()
        who = {"login": "officer.loei@demo.example", "password": PASSWORD}
        status = site.send("/accounts/login/", who)
        return site.ask("/workspace/")[0] if status == 302 else status

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have all of them come, and go again."""
        jobs = [self.read] * READERS + [self.write, self.work]
        threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over.set()
            for thread in threads:
                thread.join(PATIENCE * 2)


# --- The trial ------------------------------------------------------------------------


@dataclass
class Installation:
    """All parts, running."""

    primary: Postgres
    replica: Postgres
    redis: Process
    webs: list[Process]
    workers: list[Process]

    def trials(self) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
        """Return what is stopped, how, and how it comes back."""
        web, worker, redis = self.webs[0], self.workers[0], self.redis
        return {
            "redis": (redis.kill, redis.start),
            "redis-hangs": (
                lambda: redis.send(signal.SIGSTOP),
                lambda: redis.send(signal.SIGCONT),
            ),
            "replica": (self.replica.stop, self.replica.start),
            "replica-lags": (
                lambda: self._replay("pg_wal_replay_pause()"),
                lambda: self._replay("pg_wal_replay_resume()"),
            ),
            "web-restarts": (web.finish, web.start),
            "web": (web.kill, web.start),
            "worker": (worker.kill, worker.start),
            "primary": (self.primary.stop, self.primary.start),
        }

    def _replay(self, what: str) -> None:
        self.replica.ask(f"SELECT {what}")


def install(folder: Path, stack: ExitStack) -> Installation:
    """Start everything; the stack ends it."""
    primary, replica = Postgres(folder, "primary"), Postgres(folder, "replica")
    primary.make()
    primary.start()
    stack.callback(primary.stop)
    primary.tool(
        "createdb",
        *f"-h 127.0.0.1 -p {primary.port} -U postgres".split(),
        *["--template=template0", "--encoding=UTF8", "--locale=C.UTF-8", "portal"],
    )
    if shutil.which("redis-server") is None:
        raise CannotTry("Redis is not installed (apt install redis-server).")
    redis_port = free_port()
    command = (
        f"redis-server --port {redis_port} --bind 127.0.0.1 --save  --dir {folder}"
    )
    redis = Process(folder, "redis", command.split(" "), dict(os.environ))
    stack.callback(redis.kill)

    env = os.environ | {
        "PORTAL_DATA_DIR": str(folder / "data"),
        "PORTAL_SECRET_KEY": "only-for-the-trial-0123456789-abcdefghijklmnopqrstuvw",
        "PORTAL_SITE_URL": "http://localhost",
        "PORTAL_TRUSTED_PROXIES": "2",
        "PORTAL_STATEMENT_TIMEOUT_MS": "5000",
        "PORTAL_SESSIONS": "cached_db",
        "DATABASE_URL": primary.url,
        "CACHE_URL": f"redis://127.0.0.1:{redis_port}/1",
        "WEB_CONCURRENCY": "1",
        "PYTHONUNBUFFERED": "1",
    }
    for step in (
        "migrate -v0",
        "createcachetable",
        "generate_register --members 400 --products 1000 --ratings 4000 --accounts",
        "collectstatic --noinput -v0",
    ):
        run(PYTHON, "manage.py", *step.split(), env=env)
    replica.copy(primary)
    replica.start()
    stack.callback(replica.stop)

    env["PORTAL_REPLICA_URL"] = replica.url
    gunicorn = [str(Path(PYTHON).parent / "gunicorn"), "cluster_portal.wsgi"]
    ports = [free_port(), free_port()]
    stack.callback(front(folder, ports).kill)
    webs = []
    for number, port in enumerate(ports):
        web = Process(folder, f"web{number}", gunicorn, {**env, "PORT": str(port)})
        stack.callback(web.kill)
        webs.append(web)
    workers = []
    for number in range(2):
        command_ = [PYTHON, "manage.py", "db_worker", "--queue-name", "*"]
        worker = Process(folder, f"worker{number}", command_, env)
        stack.callback(worker.kill)
        workers.append(worker)
    return Installation(primary, replica, redis, webs, workers)


def wait_until_ready() -> list[str]:
    """Return addresses of public pages once the portal answers."""
    for _ in range(120):
        try:
            status, page = Site().ask("/products/")
        except OSError:
            status, page = 0, ""
        if status == 200:
            break
        time.sleep(0.5)
    else:
        raise CannotTry("The portal did not come up.")
    goods = sorted(set(re.findall(r'href="(/products/[^"?#]+/)"', page)))
    search = f"/products/?q={quote('ผ้าไหม')}"
    return ["/", "/products/", "/provinces/", "/members/", search, *goods[:12]]


def told(name: str, visits: list[Visit], down: float, up: float) -> list[str]:
    """Return the lines of one trial."""
    lines = []
    for who in ("readers", "writers", "staff"):
        own = [each for each in visits if each.who == who]
        before = sorted(each.took for each in own if each.at < down)
        during = sorted(each.took for each in own if down <= each.at < up)
        bad = [each for each in own if each.fault]
        faults = Counter(each.fault for each in bad)
        said = ", ".join(f"{count} × {fault}" for fault, count in faults.items())
        span = ""
        if bad:
            first, last = bad[0].at - down, bad[-1].at + bad[-1].took - down
            span = f"from {first:+.1f} to {last:+.1f} s"
        lines.append(
            f"{name:13} {who:8} {len(own):5} asked, {len(bad):3} failed  {said:28} "
            f"{span:24} median {middle(before):4.0f} → {middle(during):4.0f} ms, "
            f"longest {max((each.took for each in own), default=0):5.1f} s"
        )
    return lines


def middle(times: list[float]) -> float:
    """Return the median in milliseconds."""
    return times[len(times) // 2] * 1000 if times else 0.0


def main(folder: Path) -> int:
    """Try them all; return 1 if something acknowledged was lost or done twice."""
    only = os.environ.get("ONLY", "").split()
    with ExitStack() as stack:
        parts = install(folder, stack)
        crowd = Crowd(wait_until_ready())
        trials = {
            name: steps
            for name, steps in parts.trials().items()
            if not only or name in only
        }
        asked = parts.primary.transactions(), parts.replica.transactions()
        with crowd.at_work():
            time.sleep(BEFORE)
            for name, (stop, start) in trials.items():
                begun = time.monotonic()
                time.sleep(BEFORE)
                down = time.monotonic()
                stop()
                time.sleep(max(0.0, AWAY - (time.monotonic() - down)))
                up = time.monotonic()
                start()
                time.sleep(AFTER)
                visits = [each for each in list(crowd.visits) if each.at >= begun]
                print("\n".join(told(name, visits, down, up)), flush=True)
        if "primary" not in trials and "replica" not in trials:
            now = parts.primary.transactions(), parts.replica.transactions()
            print(
                f"transactions: {now[0] - asked[0]} on the primary, "
                f"{now[1] - asked[1]} on the replica"
            )
        keep_logs(folder)
        return verdict(parts, crowd)


def keep_logs(folder: Path) -> None:
    """Print what the parts said that matters."""
    for log in sorted(folder.glob("*.log")):
        said = [
            line
            for line in log.read_text(errors="replace").splitlines()
            if " registry." in line
        ]
        for line in said[-12:]:
            print(f"{log.stem}: {line[:150]}")


def verdict(parts: Installation, crowd: Crowd) -> int:
    """Look at what is left of what was acknowledged."""
    query = "SELECT text FROM registry_visitormessage WHERE text LIKE 'trial %'"
    kept = Counter(parts.primary.ask(query).splitlines())
    lost = [text for text in crowd.acknowledged if not kept[text]]
    twice = [text for text, count in kept.items() if count > 1]
    tasks = parts.primary.ask(
        "SELECT status, count(*) FROM django_tasks_database_dbtaskresult GROUP BY 1"
    )
    for _ in range(20):
        end = parts.primary.ask("SELECT pg_current_wal_lsn()")
        behind = parts.replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{end}'")
        if behind == "t":
            break
        time.sleep(0.5)
    print(
        f"{len(crowd.acknowledged)} messages acknowledged, {len(lost)} lost, "
        f"{len(twice)} kept twice; tasks: {' '.join(tasks.split())}; "
        f"replica has everything: {behind == 't'}"
    )
    return 1 if lost or twice else 0


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1])))
    except CannotTry as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(69)
