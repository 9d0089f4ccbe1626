"""People who read, write and work, and how it went for them."""

import html
import http.client
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

PASSWORD = "demo-portal-2569"  # noqa: S105 # of the demonstration, printed in README
READERS = 4
#: What a browser waits for an answer.
PATIENCE = 20.0
HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Site:
    """The portal as a browser of its own meets it."""

    port = 0

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        #: Where the last answer led.
        self.led_to = ""
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
            self.led_to = answer.headers.get("Location", "")
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
    #: Pages of files that the portal said a worker would write.
    ordered: set[str] = field(default_factory=set)
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

    def order(self) -> None:
        """Order a file that a worker writes, now and then."""
        site = Site()
        while not self.is_over.is_set():
            if self.note("orders", lambda: self._file(site), {302}):
                self.ordered.add(site.led_to)
            self.is_over.wait(1.0)

    def _desk(self, site: Site) -> int:
        status, _ = site.ask("/workspace/")
        if status != 302:
            return status
        if site.cookies:
            self.visits.append(Visit("staff", time.monotonic(), 0.0, "signed out"))
        status = self._sign_in(site, "officer.loei")
        return site.ask("/workspace/")[0] if status == 302 else status

    def _file(self, site: Site) -> int:
        if "portal_session" not in site.cookies:
            status = self._sign_in(site, "reviewer.loei")
            if status != 302:
                return status
        status = site.ask("/reports/members/?format=csv")[0]
        if "/login/" in site.led_to:
            site.cookies.clear()
            return self._file(site)
        return status

    def _sign_in(self, site: Site, name: str) -> int:
        site.cookies.clear()
        who = {"login": f"{name}@demo.example", "password": PASSWORD}
        return site.send("/accounts/login/", who)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have all of them come, and go again."""
        jobs = [self.read] * READERS + [self.write, self.work, self.order]
        threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over.set()
            for thread in threads:
                thread.join(PATIENCE * 2)
