import pytest

from streams.kafka.broker import java
from streams.kafka.broker.java import Archive


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """The archives of a runtime whose own archive is there."""
    monkeypatch.setattr(java, "runtime_name", lambda: "java-1")
    (tmp_path / "java-1").mkdir()
    (tmp_path / "java-1" / "runtime.jsa").write_text("runtime")
    return Archive.beside(tmp_path)


def test_a_recorded_archive_is_used_by_later_starts(archive):
    into = archive.recording()
    assert archive.record(into) == [
        f"-XX:SharedArchiveFile={archive.folder / 'runtime.jsa'}",
        f"-XX:ArchiveClassesAtExit={into}",
    ]
    into.write_text("classes")
    archive.keep(into, whole=True)
    assert archive.use() == [
        f"-XX:SharedArchiveFile={archive.folder / 'runtime.jsa'}:{archive.folder / 'broker.jsa'}"
    ]
    assert archive.recording() is None


@pytest.mark.parametrize(("content", "whole"), [("half", False), ("", True)])
def test_half_an_archive_is_dropped(archive, content, whole):
    into = archive.recording()
    into.write_text(content)
    archive.keep(into, whole=whole)
    assert [each.name for each in archive.folder.iterdir()] == ["runtime.jsa"]
    assert archive.recording() is not None


def test_two_processes_record_into_files_of_their_own(archive):
    assert archive.recording() != archive.recording()


def test_a_cache_that_cannot_be_written_only_costs_speed(tmp_path, monkeypatch):
    monkeypatch.setattr(java, "runtime_name", lambda: "java-1")
    (tmp_path / "file").write_text("")
    archive = Archive.beside(tmp_path / "file")
    assert archive.recording() is None
    assert archive.use() == []
