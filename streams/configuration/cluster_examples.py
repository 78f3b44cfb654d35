"""How `pricetide.toml` names the Kafka of some providers; each is a file that can be used."""

from __future__ import annotations

from typing import NamedTuple


class ClusterExample(NamedTuple):
    """A provider, what to know, and the settings."""

    provider: str
    note: str
    toml: str


EXAMPLES = (
    ClusterExample(
        "Confluent Cloud",
        "The user is an API key of the cluster.",
        """\
bootstrap = "pkc-12345.eu-central-1.aws.confluent.cloud:9092"
security_protocol = "SASL_SSL"
sasl_mechanism = "PLAIN"
sasl_username = "ABCDEFGHIJKLMNOP"
sasl_password_file = "/run/secrets/kafka"
""",
    ),
    ClusterExample(
        "Confluent Cloud with an identity provider",
        "The pool says which rights a token of the provider gives.",
        """\
bootstrap = "pkc-12345.eu-central-1.aws.confluent.cloud:9092"
security_protocol = "SASL_SSL"
sasl_mechanism = "OAUTHBEARER"
oauth_token_url = "https://login.example.com/oauth2/token"
oauth_client_id = "pricetide"
oauth_client_secret_file = "/run/secrets/oauth"
oauth_scope = "kafka"

[oauth_extensions]
logicalCluster = "lkc-12345"
identityPoolId = "pool-12345"
""",
    ),
    ClusterExample(
        "Amazon MSK with IAM",
        "`pip install 'pricetide[msk]'`. The role of the pod or the machine needs "
        "`kafka-cluster:Connect` and what it may do with topics, groups and transactional ids.",
        """\
bootstrap = "b-1.shop.abc123.c2.kafka.eu-central-1.amazonaws.com:9098"
security_protocol = "SASL_SSL"
sasl_mechanism = "AWS_MSK_IAM"
aws_region = "eu-central-1"
""",
    ),
    ClusterExample(
        "Amazon MSK with SCRAM",
        "",
        """\
bootstrap = "b-1.shop.abc123.c2.kafka.eu-central-1.amazonaws.com:9096"
security_protocol = "SASL_SSL"
sasl_mechanism = "SCRAM-SHA-512"
sasl_username = "pricetide"
sasl_password_file = "/run/secrets/kafka"
""",
    ),
    ClusterExample(
        "Redpanda",
        "",
        """\
bootstrap = "redpanda-0.redpanda:9093"
security_protocol = "SASL_SSL"
sasl_mechanism = "SCRAM-SHA-256"
sasl_username = "pricetide"
sasl_password_file = "/run/secrets/kafka"
ssl_cafile = "/run/secrets/ca.crt"
""",
    ),
    ClusterExample(
        "Aiven",
        "The three files are those of the service's page.",
        """\
bootstrap = "kafka-shop.aivencloud.com:12345"
security_protocol = "SSL"
ssl_cafile = "/run/secrets/ca.pem"
ssl_certfile = "/run/secrets/service.cert"
ssl_keyfile = "/run/secrets/service.key"
""",
    ),
    ClusterExample(
        "Strimzi",
        "A `KafkaUser` with TLS; its secret and the one of the cluster's authority are mounted.",
        """\
bootstrap = "shop-kafka-bootstrap:9093"
security_protocol = "SSL"
ssl_cafile = "/run/secrets/shop-cluster-ca-cert/ca.crt"
ssl_certfile = "/run/secrets/pricetide/user.crt"
ssl_keyfile = "/run/secrets/pricetide/user.key"
""",
    ),
)
