"""Every way to log in that a cluster may ask for, against a real Kafka."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.configuration.settings import Settings
from streams.kafka.admin import TopicsError, reach
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.broker.security import Security
from streams.kafka.clients import client, consumer, producer
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

CERTIFICATES = Path(__file__).with_name("certificates")
USERS = {"shop": "tuna"}
SECRET = "s:cr%t"


class _Tokens(BaseHTTPRequestHandler):
    """Client credentials in, an unsecured token out."""

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        form = self.rfile.read(size)
        login = b64decode(self.headers["Authorization"].split()[1]).decode()
        sound = login == "shop:s%3Acr%25t" and form == b"grant_type=client_credentials&scope=kafka"
        self.send_response(200 if sound else 401)
        self.end_headers()
        now = int(time.time())
        parts = ({"alg": "none"}, {"sub": "shop", "iat": now, "exp": now + 60})
        token = "".join(
            urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") + "."
            for part in parts
        )
        answer = {"access_token": token, "expires_in": 60} if sound else {"error": "invalid_client"}
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def token_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tokens)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()


@pytest.fixture(scope="module")
def guarded() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(security=Security(users=USERS, tokens=True, tls=True)) as broker:
        yield broker


@pytest.fixture
def login(guarded: EmbeddedBroker, token_url: str, tmp_path: Path) -> Callable[..., Settings]:
    (tmp_path / "password").write_text("tuna\n")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    ways = {
        "OAUTHBEARER": {
            "oauth_token_url": token_url,
            "oauth_client_id": "shop",
            "oauth_client_secret_file": tmp_path / "secret",
            "oauth_scope": "kafka",
        }
    }
    password = {"sasl_username": "shop", "sasl_password_file": tmp_path / "password"}

    def settings(mechanism: str, **changes: Any) -> Settings:
        given: dict[str, Any] = {
            "bootstrap": guarded.bootstrap,
            "security_protocol": "SASL_SSL",
            "ssl_cafile": guarded.data / "certificate.pem",
            "sasl_mechanism": mechanism,
            **ways.get(mechanism, password),
            **changes,
        }
        return Settings(**given)

    return settings


def round_trip(settings: Settings, topic: str) -> bytes:
    """Make a topic, write to it and read from it: through both clients."""
    admin = reach(client(settings))
    admin.create_topics({topic: {"num_partitions": 1}}, wait_for_metadata=True)
    admin.close()

    async def run() -> bytes:
        writer = producer(settings)
        reader = consumer(settings, auto_offset_reset="earliest")
        async with writer, reader:
            await writer.send_and_wait(topic, b"x")
            reader.assign([TopicPartition(topic, 0)])
            return bytes((await reader.getone()).value)

    return asyncio.run(run())


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512", "OAUTHBEARER"])
def test_each_mechanism_logs_both_clients_in(
    login: Callable[..., Settings], mechanism: str
) -> None:
    assert round_trip(login(mechanism), f"by-{mechanism.lower()}") == b"x"


def test_a_provider_that_gives_no_token_is_named(login: Callable[..., Settings]) -> None:
    wrong = login("OAUTHBEARER", oauth_scope="other")
    with pytest.raises(TopicsError, match=r"no token from http://127.*401.*invalid_client"):
        reach(client(wrong))


def test_a_client_certificate_is_shown_where_the_broker_asks_for_one() -> None:
    security = Security(tls=True, clients=CERTIFICATES / "client.pem")
    with EmbeddedBroker(security=security) as broker:
        settings = Settings(
            bootstrap=broker.bootstrap,
            security_protocol="SSL",
            ssl_cafile=broker.data / "certificate.pem",
            ssl_certfile=CERTIFICATES / "client.pem",
            ssl_keyfile=CERTIFICATES / "client.key",
        )
        assert round_trip(settings, "shown") == b"x"


def test_a_worker_starts_on_tokens_and_logs_json_without_an_error(
    guarded: EmbeddedBroker, token_url: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET)
    variables = {
        "PRICETIDE_SECURITY_PROTOCOL": "SASL_SSL",
        "PRICETIDE_SSL_CAFILE": str(guarded.data / "certificate.pem"),
        "PRICETIDE_SASL_MECHANISM": "OAUTHBEARER",
        "PRICETIDE_OAUTH_TOKEN_URL": token_url,
        "PRICETIDE_OAUTH_CLIENT_ID": "shop",
        "PRICETIDE_OAUTH_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
        "PRICETIDE_OAUTH_SCOPE": "kafka",
        "PRICETIDE_LOG_FORMAT": "json",
        "PRICETIDE_PARTITIONS": "1",
        "PRICETIDE_CUSTOMER_KEY": "mine",
    }
    worker = Worker(guarded.bootstrap, tmp_path, "w0", **variables)
    settings = Settings(bootstrap=guarded.admin_bootstrap)
    try:
        asyncio.run(first_tick(settings))
    finally:
        assert worker.stop() == 0
    lines = [line for line in worker.log.read_text().splitlines() if line.startswith("{")]
    said = [json.loads(line) for line in lines]
    assert "role all, Kafka at" in said[0]["message"]
    assert [line for line in said if line["level"] in ("error", "critical")] == []


async def first_tick(settings: Settings) -> None:
    """Wait until the worker has written to the journal: it has read, then."""
    reader = consumer(settings, auto_offset_reset="earliest", metadata_max_age_ms=500)
    async with reader:
        while not await reader._client.fetch_all_metadata() or not reader.partitions_for_topic(
            "pricing-snapshots"
        ):
            await asyncio.sleep(0.2)
        reader.assign([TopicPartition("pricing-snapshots", 0)])
        await asyncio.wait_for(reader.getone(), 120)
