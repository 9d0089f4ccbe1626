"""Small servers that stand for large ones: Redis, and storage that speaks S3.

They listen on this machine, know what the portal asks of them, and can be stopped in
the middle of things.
"""

import hashlib
import http.server
import socketserver
import threading
import time
import urllib.parse
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape


class Double(socketserver.ThreadingTCPServer):
    """A server in a thread of its own."""

    allow_reuse_address = True
    daemon_threads = True
    handler: type[socketserver.BaseRequestHandler]

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), self.handler)
        self.port = self.server_address[1]
        self.open: set[Any] = set()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def stop(self) -> None:
        """Go away at once, as a machine does that loses its power."""
        self.shutdown()
        self.server_close()
        for each in list(self.open):
            self.shutdown_request(each)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of those who hang up."""


# --- Redis ----------------------------------------------------------------------------


class _Commands(socketserver.StreamRequestHandler):
    server: "RedisDouble"

    def handle(self) -> None:
        while line := self.rfile.readline():
            parts = []
            for _ in range(int(line[1:])):
                size = int(self.rfile.readline()[1:])
                parts.append(self.rfile.read(size + 2)[:-2])
            name, *args = parts
            self.wfile.write(self.server.answer(name.decode().upper(), args))


class RedisDouble(Double):
    """As much of Redis as Django's cache asks for."""

    handler = _Commands

    def __init__(self, port: int = 0, kept: dict[bytes, bytes] | None = None) -> None:
        self.kept = {} if kept is None else kept
        self.ends: dict[bytes, float] = {}
        super().__init__(port)

    def answer(self, name: str, args: list[bytes]) -> bytes:
        """Return the answer to a command in Redis' own form."""
        if name == "HELLO":
            return b"%1\r\n$5\r\nproto\r\n:3\r\n"
        ask = getattr(self, f"do_{name.lower()}", None)
        if ask is None:
            return b"+OK\r\n" if name in {"CLIENT", "SELECT"} else b"-ERR unknown\r\n"
        found = ask(*args)
        if isinstance(found, int):
            return b":%d\r\n" % found
        if isinstance(found, str):
            return f"+{found}\r\n".encode()
        return b"$-1\r\n" if found is None else b"$%d\r\n%b\r\n" % (len(found), found)

    def do_get(self, key: bytes) -> bytes | None:
        if self.ends.get(key, time.time() + 1) < time.time():
            self.kept.pop(key, None)
        return self.kept.get(key)

    def do_set(self, key: bytes, value: bytes, *more: bytes) -> str | None:
        if b"NX" in more and self.do_get(key) is not None:
            return None
        self.kept[key] = value
        self.ends.pop(key, None)
        if b"EX" in more:
            self.ends[key] = time.time() + int(more[more.index(b"EX") + 1])
        return "OK"

    def do_del(self, *keys: bytes) -> int:
        return sum(self.kept.pop(key, None) is not None for key in keys)

    def do_exists(self, *keys: bytes) -> int:
        return sum(self.do_get(key) is not None for key in keys)

    def do_incrby(self, key: bytes, by: bytes) -> int:
        count = int(self.kept[key]) + int(by)
        self.kept[key] = str(count).encode()
        return count


# --- S3 -------------------------------------------------------------------------------


class _Objects(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "S3Double"

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def key(self) -> str:
        return urllib.parse.unquote(self.path.partition("?")[0]).lstrip("/")

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.key(), dict(self.headers)))
        source = urllib.parse.unquote(self.headers.get("x-amz-copy-source", ""))
        if source:
            if source not in self.server.files:
                self.reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
                return
            body = self.server.files[source].body
        self.server.files[self.key()] = Stored(
            body,
            self.headers.get("Content-Type", ""),
            self.headers.get("Cache-Control", ""),
        )
        answer = b"<CopyObjectResult></CopyObjectResult>" if source else b""
        self.reply(200, answer, ETag='"x"')

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.key(), dict(self.headers)))
        bucket, _, name = self.key().partition("/")
        if not name:
            self.list(bucket)
            return
        file = self.server.files.get(self.key())
        if file is None:
            self.reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        self.reply(
            200,
            file.body,
            Content_Length=str(len(file.body)),
            Content_Type=file.kind,
            Last_Modified=format_datetime(file.written, usegmt=True),
            ETag=f'"{hashlib.md5(file.body).hexdigest()}"',  # noqa: S324 # S3's own
        )

    def list(self, bucket: str) -> None:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        prefix = query.get("prefix", [""])[0]
        start = f"{bucket}/{prefix}"
        rest = [key[len(start) :] for key in self.server.files if key.startswith(start)]
        folders = sorted({name.partition("/")[0] for name in rest if "/" in name})
        files = sorted(name for name in rest if "/" not in name)
        parts = [f"<Contents><Key>{escape(prefix + f)}</Key></Contents>" for f in files]
        parts += [
            f"<CommonPrefixes><Prefix>{escape(prefix + f)}/</Prefix></CommonPrefixes>"
            for f in folders
        ]
        body = f"<ListBucketResult>{''.join(parts)}</ListBucketResult>"
        self.reply(200, body.encode(), Content_Type="application/xml")

    def do_DELETE(self) -> None:
        self.server.files.pop(self.key(), None)
        self.reply(204)


class Stored:
    """A file in a bucket."""

    def __init__(self, body: bytes, kind: str, cache: str) -> None:
        self.body, self.kind, self.cache = body, kind, cache
        self.written = datetime.now(UTC)


class S3Double(Double):
    """Buckets in memory: ``files`` by ``bucket/name``; whoever asks is let in."""

    handler = _Objects

    def __init__(self, port: int = 0) -> None:
        self.files: dict[str, Stored] = {}
        #: Method, name and headers of every request.
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        super().__init__(port)
