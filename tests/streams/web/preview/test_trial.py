"""What a preview says is what the pricer then does."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from online_models.fold.fold import Fold
from schemas.topics import decode
from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.kafka.kafka_record import Record
from streams.web.preview.outcome import PolicyTrial
from streams.web.preview.trial import tried
from tests.streams.web.conftest import HOUR, POLICY, PRODUCT, SKU, START, competitor_price


def shop(settings: Settings) -> Fold:
    fold = Fold(settings.fold)
    tick = {"kind": "tick", "time": START + HOUR}
    inputs = [
        ("pricing-policies", POLICY),
        ("products", PRODUCT),
        ("competitor-prices", competitor_price("9.50", 0)),
        ("pricing-control", tick),
    ]
    records = [
        Record(topic, 0, place, b"p", json.dumps(value).encode(), START)
        for place, (topic, value) in enumerate(inputs)
    ]
    fold.step(Decoder.of(settings).decode(as_given(records)).batch)
    return fold


def trial(**changes: Any) -> PolicyTrial:
    settings = Settings()
    document = msgspec.json.encode({**POLICY, **changes})
    return tried(shop(settings), settings, decode("pricing-policies", document), document)


def test_a_policy_that_moves_prices_says_which_and_how_far() -> None:
    cheaper = [{"kind": "match_competitor", "offset": "-0.50"}]
    found = trial(strategy=cheaper)
    assert (found.offers, found.switched, found.down, found.up) == (1, 0, 1, 0)
    (move,) = found.moves
    assert (move.sku, move.before, move.after, move.waits) == (SKU, "9.50", "9.00", False)
    assert found.as_of == START


def test_a_step_above_the_limit_is_said_to_wait() -> None:
    deep = [{"kind": "match_competitor", "offset": "-50%"}]
    found = trial(strategy=deep)
    assert (found.down, found.waits) == (1, 1)


def test_offers_that_change_hands_are_counted() -> None:
    assert trial(policy_id="other", priority=5).switched == 1
    assert trial(select={"skus": ["another"]}).released == 1


def test_rules_that_contradict_each_other_are_named() -> None:
    bounds = {"minimum_price": "12.00", "maximum_price": "11.00"}
    found = trial(guardrails=bounds)
    assert found.contradictions
    assert found.kept == {"bounds_conflict": 1}


def test_partitions_add_up() -> None:
    both = PolicyTrial()
    both += trial(strategy=[{"kind": "match_competitor", "offset": "-0.50"}])
    both += trial(policy_id="other", priority=5)
    assert (both.offers, both.switched, both.down, len(both.moves)) == (2, 1, 1, 1)


def test_what_every_partition_finds_of_the_policy_is_said_once() -> None:
    rails = {"max_step_up": "0.5%", "price_endings": [".00"]}
    both, whole = PolicyTrial(), trial(guardrails=rails)
    both += whole
    both += whole
    assert [each.text for each in both.conflicts] == [each.text for each in whole.conflicts]
    assert any("never rise again" in each.text for each in both.conflicts)
