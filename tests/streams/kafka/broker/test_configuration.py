from pathlib import Path

from streams.kafka.broker.configuration import Address, properties, to_text
from streams.kafka.broker.security import Security

ONE = [Address(1, "127.0.0.1", 9092, 9093, 9094)]
THREE = [Address(node, "127.0.0.1", 9000 + node, 9100 + node, 9200 + node) for node in (1, 2, 3)]


def settings(cluster, security=Security()):  # noqa: B008
    return properties(cluster[0], cluster, Path("/data"), Path("/data/partitions"), security)


def test_one_node_replicates_nothing():
    found = settings(ONE)
    assert found["default.replication.factor"] == "1"
    assert found["transaction.state.log.min.isr"] == "1"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9094"


def test_three_nodes_may_lose_one():
    found = settings(THREE)
    assert found["default.replication.factor"] == "3"
    assert found["min.insync.replicas"] == "2"
    assert found["controller.quorum.voters"] == (
        "1@127.0.0.1:9201,2@127.0.0.1:9202,3@127.0.0.1:9203"
    )


def test_clients_are_told_no_controller():
    assert settings(ONE)["advertised.listeners"] == (
        "CLIENT://127.0.0.1:9092,INTERNAL://127.0.0.1:9093"
    )


def test_users_and_tls_choose_the_protocol_of_clients_only():
    users = {"alice": "secret"}
    for security, protocol in [
        (Security(), "PLAINTEXT"),
        (Security(tls=True), "SSL"),
        (Security(users=users), "SASL_PLAINTEXT"),
        (Security(users=users, tls=True), "SASL_SSL"),
    ]:
        assert settings(ONE, security)["listener.security.protocol.map"] == (
            f"CLIENT:{protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"
        )


def test_backslashes_survive_the_properties_format():
    assert to_text({"path": "C:\\data", "n": "1"}) == "path=C:\\\\data\nn=1\n"
