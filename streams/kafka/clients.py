"""Options that every Kafka client of the project shares."""

from __future__ import annotations

import ssl
from importlib.metadata import version
from typing import Any

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.kafka import fetch_pacing as fetch_pacing  # every consumer fetches by it
from streams.kafka import raw_batches as raw_batches  # and reads by it
from streams.kafka import reconnecting as reconnecting  # and every client connects by it
from streams.kafka.consumer import Consumer
from streams.kafka.names import OWN_NAMES, TopicNames
from streams.kafka.producer import Producer
from streams.kafka.surroundings import surroundings
from streams.kafka.tokens import tokens

CLIENT = "pricetide-"
#: What brokers call our clients, in their logs and where they tell who has which partition.
CLIENT_ID = CLIENT + version("pricetide")
#: Largest request: a journal batch or a part of a snapshot (`max.message.bytes` of both topics).
LARGEST_REQUEST = 8 << 20
#: Mechanisms that are OAUTHBEARER on the wire.
TOKENS = ("OAUTHBEARER", "AWS_MSK_IAM")
#: ms that a fetch of a worker waits where nothing comes; it ends with the first record.
FETCH_WAIT_MS = 500
#: A full batch is a megabyte: the broker's own default for one record.
BATCH = 1 << 20


class MissingBootstrapError(ExpectedError):
    """No Kafka to talk to."""


class UnusableCertificateError(ExpectedError):
    """A file that should hold a certificate or its key does not."""


def bootstrap(settings: Settings) -> str:
    """The bootstrap servers; MissingBootstrapError says how to name them."""
    if not settings.bootstrap:
        raise MissingBootstrapError(
            "which Kafka? Pass --bootstrap HOST:PORT or set PRICETIDE_BOOTSTRAP "
            "(`pricetide broker` starts one for development)"
        )
    return settings.bootstrap


def security(settings: Settings) -> dict[str, Any]:
    """Security options in aiokafka's names."""
    options: dict[str, Any] = {"security_protocol": settings.security_protocol}
    if "SSL" in settings.security_protocol:
        options["ssl_context"] = ssl_context(settings)
    if not settings.security_protocol.startswith("SASL"):
        return options
    if settings.sasl_mechanism in TOKENS:
        options |= {
            "sasl_mechanism": "OAUTHBEARER",
            "sasl_oauth_token_provider": tokens(settings),
        }
    else:
        password = settings.sasl_password
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": None if password is None else password.get_secret_value(),
        }
    return options


def ssl_context(settings: Settings) -> ssl.SSLContext:
    """TLS as the settings say; the system's certificate authorities where they name none.

    UnusableCertificateError names the file that holds none.
    """
    used = settings.ssl_cafile
    try:
        context = ssl.create_default_context(cafile=None if used is None else str(used))
        if settings.ssl_certfile is not None:
            used = settings.ssl_certfile
            context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile)
    except OSError as error:
        raise UnusableCertificateError(f"{used} cannot be used: {error}") from None
    return context


def client(settings: Settings) -> dict[str, Any]:
    """Options for any aiokafka client."""
    servers = bootstrap(settings).split(",")
    return {"bootstrap_servers": servers, "client_id": CLIENT_ID, **security(settings)}


def names(settings: Settings) -> TopicNames:
    """What the topics are called in this Kafka."""
    given = {topic: each.name for topic, each in settings.topics.items() if each.name}
    return TopicNames(settings.topic_prefix, given) if given or settings.topic_prefix else OWN_NAMES


def consumer(settings: Settings, *topics: str, **options: Any) -> Consumer:
    """A consumer of this Kafka, of topics by the program's names."""
    return surroundings().consumer(*topics, **_named(settings), **client(settings), **options)


def producer(settings: Settings, **options: Any) -> Producer:
    """A producer to this Kafka, to topics by the program's names."""
    return surroundings().producer(**_named(settings), **client(settings), **options)


def _named(settings: Settings) -> dict[str, TopicNames]:
    called = names(settings)
    return {"names": called} if called else {}
