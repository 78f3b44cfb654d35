"""Planned promotions on a real Kafka: each plan once, however often it is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import decode
from streams.cli import main
from streams.configuration.settings import Settings
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.retention import keep_all
from tests.streams.commands.recorded_shop import recorded_shop

pytestmark = pytest.mark.integration


def test_plans_are_published_once(
    fresh_broker: EmbeddedBroker,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    read_all: Callable[..., list[Any]],
) -> None:
    where = ["--bootstrap", fresh_broker.bootstrap]
    policies = tmp_path / "policies.json"
    policies.write_text('{"policy_id": "p", "promotions": {"budget": "100000.00"}}')
    folder = recorded_shop(tmp_path / "recording")
    run = ["promotions", str(folder), "--policies", str(policies), "--json", "--publish", *where]
    assert main(run) == 2
    assert "promotion-plans cannot be read" in capsys.readouterr().err
    assert main(["topics", *where]) == 0
    capsys.readouterr()
    # the recorded shop is of long ago: Kafka would remove its plans half a minute after its start
    keep_all(Settings(bootstrap=fresh_broker.bootstrap))
    for new in (True, False):
        assert main(run) == 0
        said = capsys.readouterr()
        plans = json.loads(said.out)["plans"]
        assert plans
        sent = len(plans) if new else 0
        assert f"{sent} of {len(plans)} plans are new" in said.err
        told = read_all(fresh_broker.bootstrap, "promotion-plans")
        assert sorted((r.value for r in told), key=bytes) == sorted(
            json.dumps(plan, separators=(",", ":"), ensure_ascii=False).encode() for plan in plans
        )
    for record in told:
        decode("promotion-plans", record.value)
        assert record.key.decode() == json.loads(record.value)["sku"]
