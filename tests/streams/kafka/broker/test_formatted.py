from pathlib import Path

import pytest

from streams.kafka.broker.formatted import FEATURES, IDENTITY, Formatted


@pytest.fixture
def by_the_tool(tmp_path: Path) -> Path:
    """A node's folder that Kafka's tool has formatted."""
    folder = tmp_path / "by-the-tool"
    folder.mkdir()
    (folder / FEATURES).write_bytes(b"features")
    (folder / IDENTITY).write_text("version=1\ncluster.id=c\nnode.id=1\ndirectory.id=d\n")
    return folder


def entries(folder: Path) -> dict[str, str]:
    lines = (folder / IDENTITY).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_first_is_left_to_the_tool(tmp_path: Path) -> None:
    assert not Formatted(tmp_path).format(tmp_path / "new", 1, "c")
    assert not Formatted.identified(tmp_path / "new")


def test_later_ones_have_the_same_features_and_an_identity_of_their_own(
    tmp_path: Path, by_the_tool: Path
) -> None:
    kept = Formatted(tmp_path)
    kept.keep(by_the_tool)
    new = [tmp_path / name for name in ("2", "3")]
    assert all(kept.format(folder, int(folder.name), "mine") for folder in new)
    assert all(kept.identified(folder) for folder in new)
    assert [(folder / FEATURES).read_bytes() for folder in new] == [b"features"] * 2
    ours = [entries(folder) for folder in new]
    assert [one["node.id"] for one in ours] == ["2", "3"]
    assert {(one["version"], one["cluster.id"]) for one in ours} == {("1", "mine")}
    assert len({one["directory.id"] for one in ours}) == 2
    assert set(ours[0]) == set(entries(by_the_tool))


def test_a_cache_that_cannot_be_written_only_costs_speed(tmp_path: Path, by_the_tool: Path) -> None:
    kept = Formatted(tmp_path / "nowhere")
    kept.keep(by_the_tool)
    assert not kept.format(tmp_path / "new", 1, "c")
