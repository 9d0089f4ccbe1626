"""A visitor, and a crowd of them: HTTP over connections that stay open.

Written on sockets, because the visitors share the machine with what they measure.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

HEAD_ENDS = b"\r\n\r\n"
CHUNK = 1 << 18
#: How long a page may take before it counts as a failure.
PATIENCE = 120.0


class Answer(NamedTuple):
    """A page as it came, and what it cost."""

    status: int
    body: bytes
    #: From the first byte sent to the last one received, in milliseconds.
    wall: float
    #: Processor time of the request outside of the database, in milliseconds.
    app: float
    #: Time in the database, in milliseconds.
    database: float
    queries: int

    @property
    def cost(self) -> float:
        """Return processor time and database time, in milliseconds."""
        return self.app + self.database


class Page(NamedTuple):
    """An address and the cookie it is asked with."""

    path: str
    cookie: str = ""

    def asked(self) -> bytes:
        """Return the bytes of the request."""
        lines = [
            f"GET {self.path} HTTP/1.1",
            "Host: localhost",
            "Accept: text/html",
            "Accept-Language: th",
        ]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class Incoming:
    """The answer on one connection, as far as it has come."""

    def __init__(self) -> None:
        self.received, self.length = bytearray(), -1

    def feed(self, data: bytes) -> bool:
        """Take in what came; tell whether the answer is whole."""
        self.received += data
        if self.length < 0:
            end = self.received.find(HEAD_ENDS)
            if end < 0:
                return False
            size = header(self.received[:end], b"content-length")
            if not size:
                raise ValueError("An answer without Content-Length.")
            self.length = end + len(HEAD_ENDS) + int(size)
        return len(self.received) >= self.length

    @property
    def status(self) -> int:
        """Return the status of a whole answer."""
        return int(self.received[9:12])

    @property
    def closes(self) -> bool:
        """Tell whether the server closes the connection behind this answer."""
        head = self.received[: self.received.find(HEAD_ENDS)]
        return header(head, b"connection").lower() == b"close"

    def answer(self, wall: float) -> Answer:
        """Return it as a page with its costs."""
        head, _, body = bytes(self.received).partition(HEAD_ENDS)
        costs = dict.fromkeys((b"app", b"db", b"queries"), 0.0)
        for part in header(head, b"server-timing").split(b","):
            name, _, told = part.strip().partition(b";dur=")
            if told:
                costs[name] = float(told)
        return Answer(
            self.status,
            body,
            wall * 1000,
            costs[b"app"],
            costs[b"db"],
            int(costs[b"queries"]),
        )


def header(head: bytes | bytearray, name: bytes) -> bytes:
    """Return a header of an answer; empty if it has none of that name."""
    for line in bytes(head).split(b"\r\n")[1:]:
        found, _, value = line.partition(b":")
        if found.lower() == name:
            return value.strip()
    return b""


# --- One visitor ------------------------------------------------------------------


class Visitor:
    """One client on one connection, which it opens again when the server closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.line: socket.socket | None = None

    def ask(self, page: Page) -> Answer:
        """Return the answer to a page."""
        asked = page.asked()
        for _attempt in range(2):
            line = self.line or connect(self.port)
            self.line = None
            began = time.perf_counter()
            incoming = Incoming()
            try:
                line.sendall(asked)
                while not incoming.feed(received(line)):
                    pass
            except ConnectionError:
                # Closed while it was idle: every client tries once more.
                line.close()
                continue
            wall = time.perf_counter() - began
            if incoming.closes:
                line.close()
            else:
                self.line = line
            return incoming.answer(wall)
        raise ConnectionError(f"No answer to {page.path}.")


def connect(port: int) -> socket.socket:
    """Return a connection to a server of this machine."""
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def received(line: socket.socket) -> bytes:
    """Return what came on a connection.

    :raises ConnectionError: if the other side closed it.
    """
    data = line.recv(CHUNK)
    if not data:
        raise ConnectionError
    return data


# --- A crowd ----------------------------------------------------------------------


@dataclass
class Load:
    """What a crowd was answered."""

    clients: int
    seconds: float = 0.0
    #: Milliseconds of every good answer.
    walls: list[float] = field(default_factory=list)
    #: Pages that were not there, faults, and connections lost inside an answer.
    errors: int = 0
    #: Requests sent again on a new connection: the server had closed the idle one.
    repeated: int = 0

    @property
    def rate(self) -> float:
        """Return good answers a second."""
        return len(self.walls) / self.seconds

    def at(self, share: float) -> float:
        """Return the milliseconds within which a share of the answers came."""
        ordered = sorted(self.walls)
        if not ordered:
            return float("inf")
        return ordered[max(0, ceil(share * len(ordered)) - 1)]


class Client:
    """One of the crowd: asks for the next page as soon as it has one."""

    def __init__(self, port: int, pages: Sequence[bytes], first: int) -> None:
        self.port, self.pages, self.turn = port, pages, first
        self.line = connect(port)
        self.line.setblocking(False)
        self.is_used = False
        self.began = 0.0
        self.incoming = Incoming()

    def send(self) -> None:
        """Ask for the next page."""
        self.incoming = Incoming()
        self.began = time.perf_counter()
        # A request is far smaller than any buffer: it goes out at once.
        self.line.sendall(self.pages[self.turn % len(self.pages)])

    def reopen(self) -> None:
        """Take a new connection."""
        self.line.close()
        self.line = connect(self.port)
        self.line.setblocking(False)
        self.is_used = False


def crowd(
    port: int,
    pages: Sequence[Page],
    *,
    clients: int,
    seconds: float,
    warm: float = 2.0,
    most: int = 0,
) -> Load:
    """Have ``clients`` ask for pages in turn, each as fast as it is answered.

    :param warm: seconds before answers count.
    :param most: stop after so many answers, if that is sooner.
    """
    asked = [page.asked() for page in pages]
    # Spread over the pages, so that no two ask for the same at a time.
    everybody = [Client(port, asked, at * 7) for at in range(clients)]
    load = Load(clients)
    with selectors.DefaultSelector() as selector:
        for each in everybody:
            selector.register(each.line, selectors.EVENT_READ, each)
            each.send()
        start = time.perf_counter() + warm
        end = start + seconds
        while (now := time.perf_counter()) < end and not 0 < most <= len(load.walls):
            for key, _events in selector.select(timeout=end - now):
                take(key.data, selector, load, counts=time.perf_counter() >= start)
        load.seconds = time.perf_counter() - start
        drain(selector)
    for each in everybody:
        each.line.close()
    return load


def drain(selector: selectors.BaseSelector) -> None:
    """Wait for what is still being answered: who is measured next shall be alone."""
    end = time.perf_counter() + PATIENCE
    while selector.get_map() and (now := time.perf_counter()) < end:
        for key, _events in selector.select(timeout=end - now):
            try:
                is_over = key.data.incoming.feed(received(key.data.line))
            except (ConnectionError, ValueError):
                is_over = True
            if is_over:
                selector.unregister(key.fileobj)


def take(
    client: Client, selector: selectors.BaseSelector, load: Load, *, counts: bool
) -> None:
    """Read what came for a client; when it is a whole answer, ask for the next."""
    try:
        is_whole = client.incoming.feed(received(client.line))
    except (ConnectionError, ValueError):
        selector.unregister(client.line)
        if client.is_used and not client.incoming.received:
            load.repeated += 1
        else:
            load.errors += 1
        client.reopen()
        selector.register(client.line, selectors.EVENT_READ, client)
        client.send()
        return
    if not is_whole:
        return
    if client.incoming.status != 200:
        load.errors += 1
    elif counts:
        load.walls.append((time.perf_counter() - client.began) * 1000)
    client.turn += 1
    if client.incoming.closes:
        selector.unregister(client.line)
        client.reopen()
        selector.register(client.line, selectors.EVENT_READ, client)
    else:
        client.is_used = True
    client.send()
