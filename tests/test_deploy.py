"""What lies in `deploy` fits the code: queries, settings, flags, and each other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.topics import PARTITIONS
from streams.configuration.settings import Settings
from streams.reference.metrics import instances
from tests.snippets import parsed

DEPLOY = Path(__file__).parents[1] / "deploy"
BOARDS = sorted(DEPLOY.glob("grafana/boards/*.json"))
CHART = DEPLOY / "helm/pricetide"
#: Of a histogram and a summary, Prometheus makes several series.
SUFFIXES = ("", "_bucket", "_sum", "_count")


def queries(board: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_board_asks_for_metrics_and_labels_that_a_worker_has(path: Path) -> None:
    known = {
        f"{name}{suffix}": set(one._labelnames)
        for name, one in instances()
        for suffix in (SUFFIXES if one._type == "histogram" else ("",))
    }
    board = json.loads(path.read_text(encoding="utf-8"))
    asked = queries(board)
    assert len(asked) >= 6
    for query in asked:
        names = set(re.findall(r"pricetide_\w+", query))
        assert names
        assert names <= set(known), query
        labels = set(re.findall(r"by \((\w+)\)|\{(\w+)=", query))
        used = {label for pair in labels for label in pair if label}
        assert used <= {"le", *(label for name in names for label in known[name])}, query
    assert len({panel["title"] for panel in board["panels"]}) == len(board["panels"])


def test_compose_starts_commands_with_flags_that_exist_and_mounts_files_that_are_there() -> None:
    found = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = found["services"].items()
    ours = {name: one for name, one in services if one["image"].startswith("pricetide")}
    assert set(ours) == {"worker-0", "worker-1", "console", "demo", "forecast", "trainer"}
    workers = []
    for service in ours.values():
        options = parsed([str(word) for word in service["command"]])
        given = {name.removeprefix("PRICETIDE_").lower() for name in service["environment"]}
        assert given <= set(Settings.model_fields)
        if options.command == "worker":
            workers.append(service["environment"]["PRICETIDE_INSTANCE"])
    assert len(set(workers)) == len(workers) == 4
    tables = json.loads(ours["forecast"]["environment"]["PRICETIDE_FORECASTERS"])
    assert Settings(forecasters=tables).forecasters
    for service in found["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in found["volumes"] or (DEPLOY / source).exists(), volume


def test_the_chart_scales_no_further_than_the_journal_and_carries_the_rules() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert values["worker"]["autoscaling"]["maxReplicas"] == PARTITIONS
    assert yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))["version"]
    rules = (DEPLOY / "prometheus/rules.yml").read_text(encoding="utf-8")
    assert (CHART / "rules.yml").read_text(encoding="utf-8") == rules
    used = set()
    for path in CHART.glob("templates/*"):
        used |= set(re.findall(r"\.Values\.([\w.]+)", path.read_text(encoding="utf-8")))
    for name in used:
        here = values
        for part in name.split("."):
            if part == "PRICETIDE_APP":
                break
            assert part in here, name
            here = here[part]


def test_the_image_has_a_user_a_health_check_and_starts_a_worker() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert len(re.findall(r"^FROM ", text, re.MULTILINE)) == 2
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert json.loads(re.findall(r"^CMD (\[.*\])$", last, re.MULTILINE)[-1]) == ["worker"]
    assert "tensorflow" not in text
