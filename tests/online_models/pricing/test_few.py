"""Offers decided a few at a time get the bytes that they get all together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from online_models.journal.outputs import Output
from online_models.pricing.decide import decide
from online_models.pricing.state.causes import Causes
from online_models.pricing.state.ledger import Ledger
from schemas.records.policy.pricing_policies import Policy
from tests.online_models.pricing.random_pairs import NOW, OFFERS, fill, random_policy, shuffle

#: Offers of both channels of a SKU are decided in one call: two, four or six offers.
SIZES = (2, 4, 6)
TURNS = 6
#: Where the log of prices holds an offer's last entry depends on whose came before.
BOOKS = [name for name in Ledger.FIELDS if name != "history_entry"]


def decided(shop: Any, pieces: list[np.ndarray[Any, Any]]) -> list[tuple[int, Output]]:
    found: list[tuple[int, Output]] = []
    for rows in pieces:
        full = np.ones(len(rows), dtype=np.int64)
        causes = Causes(["products"], full * 0, full * 0, full * 7)
        outputs = decide(shop.pricing, rows, full * NOW, causes)
        found += [(int(rows[place]), output) for place, output in outputs]
    return sorted(found, key=lambda one: one[0])


@pytest.mark.parametrize("seed", range(4))
def test_whether_few_or_many_are_decided_makes_no_difference(new_shop: Any, seed: int) -> None:
    every, cuts = np.arange(OFFERS), np.random.default_rng(seed)
    sizes = cuts.choice(SIZES, OFFERS)
    pieces = [piece for piece in np.split(every, np.cumsum(sizes)) if len(piece)]
    results = []
    for chosen in ([every], pieces):
        shop, rng = new_shop(), np.random.default_rng(seed)
        fill(shop, rng)
        outputs = []
        for _ in range(TURNS):
            shop.pricing.put_policy("p", Policy.model_validate(random_policy(rng)), NOW)
            shuffle(shop, rng)
            outputs += decided(shop, chosen)
        ledger = {name: getattr(shop.pricing.ledger, name).tobytes() for name in BOOKS}
        results.append((outputs, ledger))
    (together, books), (few, others) = results
    assert len(together) > TURNS * OFFERS
    assert few == together
    assert [name for name in BOOKS if books[name] != others[name]] == []
