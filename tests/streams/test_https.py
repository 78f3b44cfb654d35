"""Servers that answer what no client can read."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest

from streams.configuration.settings import Settings
from streams.formats.registry import RegistryAwayError, registry_of
from streams.kafka.tokens import TokenError, tokens

#: No HTTP at all; an answer that ends too soon; one that is no JSON; one of another form.
ANSWERS = (
    b"SSH-2.0-OpenSSH_9.7\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
)


@pytest.fixture(params=ANSWERS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1 << 16)
            self.request.sendall(request.param)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_provider_of_tokens_that_answers_nonsense_is_named(url: str) -> None:
    settings = Settings(
        sasl_mechanism="OAUTHBEARER",
        oauth_token_url=url,
        oauth_client_id="shop",
        oauth_client_secret="secret",
    )
    with pytest.raises(TokenError, match=f"no token from {url}: ."):
        tokens(settings).now()


def test_a_registry_that_answers_nonsense_is_named(url: str) -> None:
    registry = registry_of(Settings(registry=url))
    assert registry is not None
    with pytest.raises(RegistryAwayError, match=f"{url} does not answer: ."):
        registry.register("orders-value", "AVRO", '"string"')
