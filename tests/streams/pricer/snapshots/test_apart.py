"""A snapshot is encoded beside the fold: whatever the fold does meanwhile must not reach it."""

import json

from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from streams.pricer.snapshots import codec
from tests.integration.shop import traffic

POLICIES = [
    {
        "policy_id": "everything",
        "priority": 9,
        "select": {"categories": ["kept"]},
        "objective": {"maximise": "revenue", "minimum_units": 3},
        "strategy": [{"kind": "match_competitor", "max_age": "PT2H"}, {"kind": "optimise"}],
        "explore": {"kind": "thompson", "budget": "2%"},
        "guardrails": {
            "minimum_margin": "2%",
            "reference_band": "40%",
            "cooldown": "PT20M",
            "max_changes_per_day": 8,
        },
        "approval": {"required_above_step": "6%", "expires_after": "PT3H"},
        "experiment": {"name": "autumn", "holdout": 0.2},
        "segments": [
            {
                "segment": "b2b",
                "breaks": [{"minimum_quantity": 10, "discount": "5%"}],
                "personalise": True,
            }
        ],
    }
]


ACKNOWLEDGED = ("decision_id", "sku", "channel", "price", "time")


def line(topic, value, time):
    record = {"topic": topic, "key": "k", "value": value, "timestamp": time}
    return json.dumps(record).encode()


def leaves(value, path=""):
    """Path → encoded bytes, down to what is no dictionary."""
    if isinstance(value, dict):
        return {
            below: raw
            for key, member in value.items()
            for below, raw in leaves(member, f"{path}.{key}").items()
        }
    return {path: codec.encode({"": value}, 0)[0]}


def test_a_snapshot_stays_as_it_was_while_the_fold_goes_on():
    records = [PolicyRecord(p["policy_id"], json.dumps(p).encode()) for p in POLICIES]
    pipe = Pipe(Settings(), records)
    events = [*traffic.catalogue(), *traffic.events(4000)]
    answers = []
    for low in range(0, len(events), 200):
        some = events[low : low + 200]
        lines = [line(e.topic, json.loads(e.value), e.time) for e in some]
        lines += answers
        lines.append(line("pricing-control", {"kind": "tick", "time": some[-1].time}, None))
        before = pipe._guard.fold.snapshot()
        raw = leaves(before)
        answers = list(acknowledgements(pipe.feed(lines)))
        after = leaves(before)
        assert {path for path in raw | after if raw.get(path) != after.get(path)} == set()


def acknowledgements(outputs):
    """What a shop answers to price changes."""
    for output in outputs:
        record = json.loads(output)
        if record["topic"] == "price-changes":
            change = record["value"]
            ack = {name: change[name] for name in ACKNOWLEDGED} | {"status": "applied"}
            yield line("price-acks", ack, record["timestamp"])
