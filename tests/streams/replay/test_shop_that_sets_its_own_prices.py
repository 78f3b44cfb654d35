"""Real sales at prices that nobody here set teach the same whatever policy is tried on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from online_models.fold.fold import Fold
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.demo.run import DemoOptions, record_events
from streams.ingest.decoder import INPUTS, Decoder
from streams.ingest.order import as_given
from streams.recording.reader import Recording
from streams.replay.pricers import opening
from streams.replay.replay import Replay
from streams.replay.tick_inserter import TickInserter

SETTINGS = Settings(partitions=1)
KEEP = b'{"policy_id": "mine", "version": 1, "strategy": [{"kind": "keep"}]}'
BOLD = json.dumps(
    {
        "policy_id": "mine",
        "version": 1,
        "strategy": [{"kind": "optimise"}],
        "explore": {"kind": "thompson", "budget": "10%"},
        "guardrails": {"max_step_up": "30%", "max_step_down": "30%"},
    }
).encode()


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A supermarket's best sellers for a month, and rivals' prices made up beside them."""
    folder = tmp_path_factory.mktemp("panel")
    record_events(DemoOptions(6, 30, None, True), folder, Console(quiet=True))
    return folder


def replayed(panel: Path, policies: list[PolicyRecord] | None) -> dict[str, list[Any]]:
    """What a replay publishes, by topic."""
    found: dict[str, list[Any]] = {}
    for entry in Replay(SETTINGS, [panel], policies, None):
        found.setdefault(entry.topic, []).append(json.loads(entry.value or b""))
    return found


def live(panel: Path, policies: list[PolicyRecord]) -> dict[str, list[Any]]:
    """What a worker publishes whose prices the shop does not apply."""
    fold, found = Fold(SETTINGS.fold), dict[str, list[Any]]()
    decoder, ticks = Decoder.of(SETTINGS), TickInserter()
    records = as_given(list(Recording([panel], INPUTS)))
    events = ticks.insert(decoder.decode(records).batch)
    for batch in (opening(policies), events, ticks.end(ticks.latest)):
        for output in fold.step(batch):
            found.setdefault(output.topic, []).append(json.loads(output.value or b""))
    return found


def elasticities(run: dict[str, list[Any]]) -> dict[str, float]:
    """The last of each offer and category."""
    return {record["key"]: record["own"]["mean"] for record in run["elasticities"]}


def test_no_policy_a_keeping_and_a_bold_one_learn_the_same(panel: Path) -> None:
    default, kept, bold = (
        replayed(panel, policies)
        for policies in (None, [PolicyRecord("mine", KEEP)], [PolicyRecord("mine", BOLD)])
    )
    assert len(bold["price-changes"]) > len(default["price-changes"]) > 0
    assert "price-changes" not in kept
    for run in (default, bold):
        assert elasticities(run) == pytest.approx(elasticities(kept), abs=0.01)
        assert [o["price"] for o in run["demand-observations"]] == [
            o["price"] for o in kept["demand-observations"]
        ]


def test_a_live_worker_learns_what_was_paid_and_says_so(panel: Path) -> None:
    kept, bold = (live(panel, [PolicyRecord("mine", policy)]) for policy in (KEEP, BOLD))
    assert elasticities(bold) == pytest.approx(elasticities(kept), abs=0.3)
    assert "prices_not_applied" in {alert["kind"] for alert in bold["pricing-alerts"]}
    assert "prices_not_applied" not in {alert["kind"] for alert in kept["pricing-alerts"]}
