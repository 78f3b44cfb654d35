"""A shop that takes webhooks: it keeps prices by revision, and can be told to misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from streams.apply.signing import is_signed, key

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Shop:
    """`answers`: what the next requests get in place of what is right: a status, headers, and a
    document. `slow`: seconds that a request takes. `sent`: how often each revision came.
    """

    url: str = ""
    shown: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    sent: dict[tuple[str, int], int] = field(default_factory=dict)
    answers: deque[tuple[int, dict[str, str], Any]] = field(default_factory=deque)
    requests: list[tuple[float, list[str], str]] = field(default_factory=list)
    forged: int = 0
    slow: float = 0.0

    def take(self, body: dict[str, Any]) -> None:
        for change in body["data"]["changes"]:
            offer, revision = (change["sku"], change["channel"]), change["revision"]
            seen = change["sku"], revision
            self.sent[seen] = self.sent.get(seen, 0) + 1
            if revision > self.shown.get(offer, (-1, ""))[0]:
                self.shown[offer] = revision, change["price"]


@contextmanager
def running(port: int = 0) -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            named = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(raw)
            skus = [change["sku"] for change in body["data"]["changes"]]
            shop.requests.append((time.monotonic(), skus, named["webhook-id"]))
            status, given, document = 204, {}, None
            if not is_signed(key(SECRET), named, time.time(), raw):
                shop.forged += 1
                status = 401
            elif shop.answers:
                status, given, document = shop.answers.popleft()
            else:
                time.sleep(shop.slow)
                shop.take(body)
            if callable(document):
                document = document(body)
            answer = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}/prices"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
