"""However the journal is cut, and wherever the state was saved: the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from online_models.outputs import Output
from online_models.pricing.settings import PricingSettings

HOUR = 3_600_000
DAY = 24 * HOUR
InPieces = Callable[..., list[Output]]
SETTINGS: list[dict[str, Any]] = [
    {"bucket": DAY},
    {"bucket": HOUR, "lateness": 0, "pricing": PricingSettings(own_names=frozenset({"acme"}))},
]
quickly = settings(
    max_examples=120,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("options", SETTINGS, ids=["days", "hours"])
@given(data=st.data())
@quickly
def test_one_by_one_is_as_a_whole(
    data: st.DataObject, journals: Any, in_pieces: InPieces, options: dict[str, Any]
) -> None:
    journal = data.draw(journals)
    whole = in_pieces(journal, [], **options)
    assert in_pieces(journal, range(len(journal.batch)), **options) == whole


@pytest.mark.parametrize("options", SETTINGS, ids=["days", "hours"])
@given(data=st.data())
@quickly
def test_any_cut_and_any_restart_is_as_a_whole(
    data: st.DataObject, busy_journals: Any, in_pieces: InPieces, options: dict[str, Any]
) -> None:
    journal = data.draw(busy_journals)
    places = data.draw(st.sets(st.integers(1, len(journal.batch)), max_size=6))
    whole = in_pieces(journal, [], **options)
    assert in_pieces(journal, places, restart=True, **options) == whole
