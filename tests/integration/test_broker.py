import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from streams.kafka.broker import BrokerError, EmbeddedBroker, Security
from streams.kafka.broker.embedded import PORT_TAKEN
from tests.patience import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.integration


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def await_end(pid):
    wait_until(lambda: not alive(pid), every_seconds=0.05)


def start_command(**environment):
    return subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "broker"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def child_of(pid):
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    (child,) = " ".join(each.read_text() for each in tasks).split()
    return int(child)


def test_what_is_written_is_read(bootstrap, make_topics, produce, read_all):
    (topic,) = make_topics("events", partitions=2)
    produce(bootstrap, topic, [{"key": b"k", "value": b"%d" % n} for n in range(100)])
    records = read_all(bootstrap, topic)
    assert sorted(int(record.value) for record in records) == list(range(100))


def test_a_topic_that_was_not_made_is_an_error(bootstrap):
    producer = KafkaProducer(bootstrap_servers=bootstrap, max_block_ms=500)
    with pytest.raises(KafkaError):
        producer.send("no-such-topic", b"x").get(timeout=30)
    producer.close()


def test_messages_up_to_8_mb_pass(bootstrap, make_topics, read_all):
    (topic,) = make_topics("large")
    value = b"x" * 7_900_000
    producer = KafkaProducer(bootstrap_servers=bootstrap, max_request_size=10_000_000)
    producer.send(topic, value).get(timeout=30)
    producer.close()
    assert read_all(bootstrap, topic)[0].value == value


def test_a_data_folder_keeps_topics_and_records(tmp_path, create_topics, produce, read_all):
    with EmbeddedBroker(tmp_path) as first:
        create_topics(first.bootstrap, ["kept"])
        produce(first.bootstrap, "kept", [{"value": b"still here"}])
    with EmbeddedBroker(tmp_path) as second:
        assert [record.value for record in read_all(second.bootstrap, "kept")] == [b"still here"]
    log = (tmp_path / "node-1" / "broker.log").read_text()
    # who finds its port taken in the meantime says so, and starts anew on another
    assert PORT_TAKEN in log or [line for line in log.splitlines() if "ERROR" in line] == []


def test_two_brokers_do_not_share_a_data_folder(tmp_path):
    with (
        EmbeddedBroker(tmp_path),
        pytest.raises(BrokerError, match="another broker uses the data folder"),
    ):
        EmbeddedBroker(tmp_path).start()


def test_a_taken_port_is_named_in_the_error(broker):
    port = int(broker.bootstrap.rsplit(":", 1)[1])
    taken = rf"^port {port} of 127\.0\.0\.1: Address already in use$"
    with pytest.raises(BrokerError, match=taken):
        EmbeddedBroker(port=port).start()


@pytest.mark.parametrize("port", [-1, 65_534, 70_000])
def test_a_port_that_does_not_exist_is_refused(port):
    with pytest.raises(BrokerError, match=f"there is no port {port}"):
        EmbeddedBroker(port=port, brokers=3)


def test_a_thread_that_ends_leaves_its_broker_running(tmp_path):
    broker = EmbeddedBroker(tmp_path)
    thread = threading.Thread(target=broker.start)
    thread.start()
    thread.join()
    (pid,) = broker.pids
    try:
        time.sleep(0.5)
        assert alive(pid)
    finally:
        broker.stop()
    assert not alive(pid)


def test_a_temporary_folder_is_removed():
    with EmbeddedBroker() as broker:
        folder = broker.data
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_listens_and_stops_at_a_signal(number, create_topics):
    command = start_command()
    word, _, where = command.stdout.readline().partition(" ")
    assert word == "bootstrap"
    create_topics(where.strip(), ["made"])
    kafka = child_of(command.pid)
    command.send_signal(number)
    rest, errors = command.communicate(timeout=PATIENCE_SECONDS)
    assert (command.returncode, rest, errors) == (0, "", "")
    assert not alive(kafka)


def test_the_command_fails_with_a_reason_when_kafka_dies():
    command = start_command()
    command.stdout.readline()
    os.kill(child_of(command.pid), signal.SIGKILL)
    _, errors = command.communicate(timeout=PATIENCE_SECONDS)
    assert command.returncode == 1
    assert errors.startswith("pricetide broker: Kafka node 1 ended with status -9")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent death signal")
def test_kafka_does_not_outlive_a_killed_parent(tmp_path):
    command = start_command(TMPDIR=str(tmp_path))
    command.stdout.readline()
    kafka = child_of(command.pid)
    command.kill()
    command.communicate()
    await_end(kafka)


def test_an_exit_without_stop_ends_kafka():
    script = (
        "from streams.kafka.broker import EmbeddedBroker\n"
        "broker = EmbeddedBroker()\n"
        "broker.start()\n"
        "print(broker.pids[0], broker.data)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    pid, folder = done.stdout.split()
    assert not alive(int(pid))
    assert not Path(folder).exists()


def test_a_cluster_survives_the_loss_of_any_one_node(cluster, create_topics, produce, read_all):
    create_topics(cluster.bootstrap, ["replicated"], 3)
    for node in (1, 2, 3):
        cluster.kill(node)
        assert cluster.pids[node - 1] is None
        records = [{"value": b"%d" % node, "partition": number} for number in range(3)]
        produce(cluster.bootstrap, "replicated", records)
        cluster.restart(node)
    values = sorted(record.value for record in read_all(cluster.bootstrap, "replicated"))
    assert values == [b"1"] * 3 + [b"2"] * 3 + [b"3"] * 3


def test_a_cluster_keeps_its_data_folder(tmp_path, create_topics, produce, read_all):
    with EmbeddedBroker(tmp_path, brokers=3) as first:
        create_topics(first.bootstrap, ["kept"])
        produce(first.bootstrap, "kept", [{"value": b"still here"}])
    with EmbeddedBroker(tmp_path, brokers=3) as second:
        assert [record.value for record in read_all(second.bootstrap, "kept")] == [b"still here"]
    with pytest.raises(BrokerError, match="made for 3 broker"):
        EmbeddedBroker(tmp_path).start()


USERS = {"alice": 'se"cr\\et', "bob": "secret"}


@pytest.fixture(scope="module")
def guarded():
    security = Security(users=USERS, tls=True, acls=True, super_users=("alice",))
    with EmbeddedBroker(security=security) as running:
        yield running


def login(broker, user, mechanism="PLAIN", **changes):
    return {
        "bootstrap_servers": broker.bootstrap,
        "security_protocol": "SASL_SSL",
        "ssl_cafile": str(broker.data / "certificate.pem"),
        "sasl_mechanism": mechanism,
        "sasl_plain_username": user,
        "sasl_plain_password": USERS[user],
        **changes,
    }


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
def test_a_guarded_listener_lets_known_users_in(guarded, mechanism):
    admin = KafkaAdminClient(**login(guarded, "alice", mechanism))
    name = f"made-by-{mechanism.lower()}"
    admin.create_topics({name: {"num_partitions": 1}})
    assert name in admin.list_topics()
    admin.close()


def test_a_guarded_listener_keeps_a_wrong_password_out(guarded):
    with pytest.raises(KafkaError):
        KafkaAdminClient(
            **login(guarded, "bob", sasl_plain_password="wrong", bootstrap_timeout_ms=3000)
        )


def test_access_lists_bind_those_who_are_no_super_users(guarded, create_topics):
    create_topics(guarded.admin_bootstrap, ["private"])
    producer = KafkaProducer(**login(guarded, "bob", enable_idempotence=False))
    with pytest.raises((TopicAuthorizationFailedError, KafkaError)):
        producer.send("private", b"x").get(timeout=10)
    producer.close()
    producer = KafkaProducer(**login(guarded, "alice"))
    producer.send("private", b"x").get(timeout=10)
    producer.close()
    consumer = KafkaConsumer(**login(guarded, "bob"))
    assert "private" not in consumer.topics()
    consumer.close()
