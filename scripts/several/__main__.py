"""``python -m scripts.several FOLDER``: stop one part after the other.

Called by ``scripts/several.sh`` with a folder to work in. Nothing here imports the
portal: it is met as browsers meet it.
"""

import os
import re
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from scripts.several.parts import CannotTry, Postgres, Process, free_port, front, run
from scripts.several.people import Crowd, Site, Visit

PYTHON = sys.executable
#: Seconds before a part is stopped, while it is away, and after it is back.
BEFORE, AWAY, AFTER = 4.0, 8.0, 10.0


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
        # Every file is a worker's.
        "PORTAL_EXPORT_ROWS": "1",
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
    proxy, Site.port = front(folder, ports)
    stack.callback(proxy.kill)
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
    for who in ("readers", "writers", "staff", "orders"):
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
                back = time.monotonic()
                time.sleep(AFTER)
                visits = [each for each in list(crowd.visits) if each.at >= begun]
                print(
                    f"{name}: started {up - down:.0f} s, up {back - down:.0f} s later"
                )
                print("\n".join(told(name, visits, down, up)), flush=True)
        keep_logs(folder)
        return verdict(parts, crowd)


def keep_logs(folder: Path) -> None:
    """Print what the parts said that matters, and how often."""
    for log in sorted(folder.glob("*.log")):
        said = Counter(
            re.sub(r"/[\w./-]+/|port \d+|127\S+", "…", line.split(" ", 2)[2])[:110]
            for line in log.read_text(errors="replace").splitlines()
            if " registry." in line
        )
        for line, count in said.most_common(8):
            print(f"{log.stem}: {count} × {line}")


def verdict(parts: Installation, crowd: Crowd) -> int:
    """Look at what is left of what was acknowledged."""
    query = "SELECT text FROM registry_visitormessage WHERE text LIKE 'trial %'"
    kept = Counter(parts.primary.ask(query).splitlines())
    lost = [text for text in crowd.acknowledged if not kept[text]]
    twice = [text for text, count in kept.items() if count > 1]
    files = (
        "SELECT status, count(*) FROM registry_exportrun WHERE work <> '' GROUP BY 1"
    )
    there = set(parts.primary.ask("SELECT id FROM registry_exportrun").splitlines())
    asked = {page.strip("/").rpartition("/")[2] for page in crowd.ordered}
    end = parts.primary.ask("SELECT pg_current_wal_lsn()")
    behind = f"SELECT pg_last_wal_replay_lsn() < '{end}'"
    for _ in range(40):
        is_busy = re.search("waiting|running", parts.primary.ask(files))
        if not is_busy and parts.replica.ask(behind) == "f":
            break
        time.sleep(0.5)
    print(
        f"{len(crowd.acknowledged)} messages acknowledged, {len(lost)} lost, "
        f"{len(twice)} kept twice; {len(asked)} files ordered, "
        f"{len(asked - there)} orders lost: "
        f"{' '.join(parts.primary.ask(files).split())}; "
        f"the replica lacks something: {parts.replica.ask(behind) == 't'}"
    )
    return 1 if lost or twice or asked - there else 0


if __name__ == "__main__":
    # Whoever ends it has its parts ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(Path(sys.argv[1])))
    except CannotTry as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(69)
