import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from schemas.topics import TOPICS, Topic
from streams.cli import main
from streams.kafka.admin import SettingDifference, TopicsError, create_topics
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration


@pytest.fixture
def client(bootstrap):
    return {"bootstrap_servers": bootstrap}


@pytest.fixture
def admin(bootstrap):
    running = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield running
    running.close()


def test_every_topic_is_created_with_its_settings_once(fresh_broker, capsys):
    run = ["topics", "--bootstrap", fresh_broker.bootstrap]
    assert main([*run, "--check"]) == 1
    assert f"0 topics exist, {len(TOPICS)} are missing" in capsys.readouterr().out
    assert main(run) == 0
    assert f"0 topics exist, {len(TOPICS)} were created" in capsys.readouterr().out
    assert main([*run, "--check"]) == 0
    assert main(run) == 0
    assert f"{len(TOPICS)} topics exist, 0 were created" in capsys.readouterr().out

    admin = KafkaAdminClient(bootstrap_servers=fresh_broker.bootstrap)
    described = {each["name"]: each for each in admin.describe_topics(list(TOPICS))}
    kept = admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name) for name in TOPICS], config_filter="all"
    )["topic"]
    admin.close()
    for name, topic in TOPICS.items():
        assert len(described[name]["partitions"]) == topic.partitions
        assert {key: kept[name][key]["value"] for key in topic.settings} == topic.settings

    assert main([*run, "--partitions", "4"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("pricetide topics: the number of partitions of ")
    assert "record, recreate, replay" in error
    assert error.count("\n") == 1


def test_a_chosen_number_of_partitions_spares_broadcast_topics(client, admin, unique):
    split, single = unique("out"), unique("broadcast")
    topics = [Topic(split, "out", None), Topic(single, "out", None, broadcast=True)]
    report = create_topics(client, topics, partitions=3)
    assert report.missing == (split, single)
    described = {each["name"]: each for each in admin.describe_topics([split, single])}
    assert len(described[split]["partitions"]) == 3
    assert len(described[single]["partitions"]) == 1


def test_nothing_is_created_beside_a_refusal(client, admin, unique):
    there, missing = unique("there"), unique("missing")
    create_topics(client, [Topic(there, "out", None)], partitions=2)
    with pytest.raises(TopicsError, match=f"partitions of {there} is 2, not 3"):
        create_topics(
            client, [Topic(missing, "out", None), Topic(there, "out", None)], partitions=3
        )
    assert missing not in admin.list_topics()


def test_inputs_may_have_other_partitions(client, unique):
    topic = Topic(unique("orders"), "in", None)
    create_topics(client, [topic], partitions=2)
    report = create_topics(client, [topic], partitions=3)
    assert report.differences == (SettingDifference(topic.name, "partitions", "3", "2"),)


def test_other_settings_are_told_and_left_alone(client, unique):
    name = unique("prices")
    create_topics(client, [Topic(name, "out", None, compacted=True)])
    wanted = Topic(name, "out", None, retention_ms=5)
    for _ in range(2):
        report = create_topics(client, [wanted], replication=2)
        assert set(report.differences) == {
            SettingDifference(name, "cleanup.policy", "delete", "compact"),
            SettingDifference(
                name, "retention.ms", "5", str(Topic(name, "out", None).retention_ms)
            ),
            SettingDifference(name, "replication factor", "2", "1"),
        }


def test_an_impossible_replication_factor_is_an_error(client, unique):
    name = unique("prices")
    with pytest.raises(TopicsError, match=f"{name} was not created: .*replication factor"):
        create_topics(client, [Topic(name, "out", None)], replication=3)


def test_the_replication_factor_is_checked_before_kafka_is_asked(capsys):
    assert main(["topics", "--bootstrap", "127.0.0.1:1", "--replication", "0"]) == 2
    assert "--replication must be at least 1" in capsys.readouterr().err


def test_a_worker_creates_what_is_missing_before_it_starts(fresh_broker, tmp_path):
    policies = tmp_path / "policies.json"
    policies.write_text('{"policy_id": "p", "strategy": [{"kind": "keep"}]}')
    flags = ("--partitions", "2", "--policies", str(policies))
    worker = Worker(fresh_broker.bootstrap, tmp_path, "w0", *flags)
    worker.wait_for("ready after")
    assert worker.stop() == 0, worker.tail()
    assert f"created {len(TOPICS)} topics that were missing" in worker.text()
    again = Worker(fresh_broker.bootstrap, tmp_path, "w1", "--partitions", "3")
    assert again.process.wait(30) == 1
    assert "is 2, not 3; it is fixed at creation" in again.text()
    admin = KafkaAdminClient(bootstrap_servers=fresh_broker.bootstrap)
    counts = {each["name"]: len(each["partitions"]) for each in admin.describe_topics(list(TOPICS))}
    admin.close()
    assert counts["pricing-journal"] == 2
    assert counts["pricing-policies"] == 1


@pytest.mark.parametrize("command", [["worker"], ["topics"], ["explain", "x-1"]])
def test_a_kafka_that_does_not_answer_is_named(monkeypatch, capsys, command):
    monkeypatch.setattr("streams.kafka.admin.REACH_MS", 200)
    assert main([*command, "--bootstrap", "127.0.0.1:1"]) == 1
    error = capsys.readouterr().err
    assert "127.0.0.1:1" in error
    assert error.count("\n") == 1


def test_explaining_from_a_kafka_without_decisions_says_so(fresh_broker, capsys):
    assert main(["explain", "x-1", "--bootstrap", fresh_broker.bootstrap]) == 2
    assert "topic price-decisions cannot be read" in capsys.readouterr().err
