import fcntl
import json

import pytest

from streams.errors import BrokerError
from streams.kafka.broker.folder import DataFolder, temporary_folder


def test_a_folder_keeps_its_cluster_id(tmp_path):
    first = DataFolder(tmp_path / "new" / "folder", brokers=1)
    first.release()
    second = DataFolder(tmp_path / "new" / "folder", brokers=1)
    second.release()
    assert first.cluster_id == second.cluster_id
    assert len(first.cluster_id) == 22


def test_a_folder_serves_one_broker_at_a_time(tmp_path):
    held = DataFolder(tmp_path, brokers=1)
    with pytest.raises(BrokerError, match="another broker uses"):
        DataFolder(tmp_path, brokers=1)
    held.release()
    DataFolder(tmp_path, brokers=1).release()


def test_a_folder_keeps_its_number_of_brokers(tmp_path):
    DataFolder(tmp_path, brokers=3).release()
    with pytest.raises(BrokerError, match=r"made for 3 broker\(s\), not 1"):
        DataFolder(tmp_path, brokers=1)
    DataFolder(tmp_path, brokers=3).release()


def test_a_folder_that_a_later_kafka_wrote_is_refused(tmp_path):
    DataFolder(tmp_path, brokers=1).release()
    file = tmp_path / "cluster.json"
    kept = json.loads(file.read_text())
    for written, said in ((kept | {"kafka": "99.0.0"}, "99.0.0"), (kept, "4.3.1")):
        if said == "4.3.1":
            del written["kafka"]  # releases before wrote down none
        file.write_text(json.dumps(written))
        with pytest.raises(BrokerError, match=f"written by Kafka {said}, which Kafka .* read"):
            DataFolder(tmp_path, brokers=1)
    file.write_text(json.dumps(kept | {"kafka": "4.0.0"}))
    DataFolder(tmp_path, brokers=1).release()


def test_a_folder_is_its_users_alone_also_where_an_earlier_release_made_it(tmp_path):
    DataFolder(tmp_path / "new", brokers=1).release()
    (tmp_path / "new").chmod(0o755)
    DataFolder(tmp_path / "new", brokers=1).release()
    DataFolder(tmp_path / "newer", brokers=1).release()
    for name in ("new", "newer"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


def test_a_folder_with_other_content_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with pytest.raises(BrokerError, match="holds something else"):
        DataFolder(tmp_path, brokers=1)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BrokerError, match="cannot be used"):
        DataFolder(tmp_path / "file", brokers=1)


def test_a_damaged_identity_is_named(tmp_path):
    (tmp_path / "cluster.json").write_text("{")
    with pytest.raises(BrokerError, match=r"cluster\.json is damaged"):
        DataFolder(tmp_path, brokers=1)


def test_temporary_folders_of_killed_processes_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    orphan, used, fresh = temporary_folder(), temporary_folder(), temporary_folder()
    DataFolder(orphan, brokers=1).release()
    held = DataFolder(used, brokers=1)
    latest = temporary_folder()
    held.release()
    assert sorted(tmp_path.iterdir()) == sorted([used, fresh, latest])


def test_the_lock_of_a_folder_that_is_being_made_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fresh = temporary_folder()
    with (fresh / "lock").open("w"):
        locked = []
        monkeypatch.setattr(fcntl, "flock", lambda *asked: locked.append(asked))
        temporary_folder()
    assert not locked
    assert fresh.exists()
