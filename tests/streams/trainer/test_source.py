from __future__ import annotations

from pathlib import Path

import pytest

from online_models.training.dataset import Dataset
from schemas.values.instants import DAY
from streams.configuration.settings import Settings
from streams.recording import Entry, RecordingError, RecordingWriter
from streams.trainer import source, store

SETTINGS = Settings(bootstrap=None)


def dataset(paths: list[Path], settings: Settings, days: int | None, folder: Path) -> Dataset:
    return source.dataset(source.panel_of(paths, settings, days, folder), days)


def test_a_recording_becomes_a_data_set_with_its_window_length(recording: Path) -> None:
    data = dataset([recording], SETTINGS, None, Path())
    assert data.spec.window_ms == DAY
    assert len(data) == 20 * (70 - source.WARM_UP)
    assert not data.spec.yearly


def test_only_the_last_days_are_learnt_from(recording: Path) -> None:
    data = dataset([recording], SETTINGS, 50, Path())
    assert len(data) == 20 * (50 - source.WARM_UP)


def test_too_short_a_time_is_refused(recording: Path) -> None:
    with pytest.raises(source.NothingToLearn, match="20 windows in time are too few"):
        dataset([recording], SETTINGS, 20, Path())


def test_a_malformed_observation_is_named(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path) as writer:
        writer.write(Entry("demand-observations", 3, 7, None, b'{"sku": "a"}', 0))
    with pytest.raises(RecordingError, match="partition 3, offset 7: channel: required"):
        dataset([tmp_path], SETTINGS, None, Path())


def test_no_observations_are_nothing_to_learn(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path) as writer:
        writer.write(Entry("orders", 0, 0, None, b"{}", 0))
    with pytest.raises(source.NothingToLearn, match="no records of demand-observations"):
        dataset([tmp_path], SETTINGS, None, Path())


def test_a_data_set_on_disk_is_the_same_one(recording: Path, tmp_path: Path) -> None:
    data = dataset([recording], SETTINGS, None, Path())
    store.save(tmp_path / "data.npz", data)
    again = store.load(tmp_path / "data.npz")
    assert store.fingerprint(again) == store.fingerprint(data)
    assert store.fingerprint(data.take(slice(0, 50))) != store.fingerprint(data)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.json", "data.npz"]
