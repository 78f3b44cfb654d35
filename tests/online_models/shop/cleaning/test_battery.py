"""Every detector that is registered: what any of them must do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Draws = dict[str, Callable[..., Any]]
repeatedly = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_ordinary_evidence_raises_no_alarm(name: str, stage: Any, draws: Draws) -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        stage.everything(draws["ordinary"](rng))
        stage.tick()
    assert name not in stage.found()


def test_gross_evidence_is_found_and_told_once_a_day(name: str, used: Any, draws: Draws) -> None:
    rng = np.random.default_rng(2)
    detector = next(d for d in used.cleaning.detectors if d.name == name)
    used.everything(draws["gross"](rng))
    told = [w for w in used.warnings() if w.kind == detector.kind]
    assert told
    assert all(w.message and json.dumps(w.details) for w in told)
    used.tick()
    before = detector.findings.last_alert_ms.copy()
    used.everything(draws["gross"](rng))
    used.warnings()
    again = before[before > 0]
    assert (detector.findings.last_alert_ms[: len(before)][before > 0] == again).all()


def test_verdicts_do_not_depend_on_cuts(draws: Draws, stage: Any) -> None:
    other = type(stage)()
    rng = np.random.default_rng(3)
    for day in range(12):
        draw = draws["gross" if day % 3 == 2 else "ordinary"](rng)
        whole = stage.everything(draw)
        first, second = draw.cut(int(rng.integers(0, len(draw.offer))))
        parts = zip(other.everything(first), other.everything(second), strict=True)
        for verdict, part in zip(whole, parts, strict=True):
            assert np.array_equal(verdict, np.concatenate(part))
        stage.tick()
        other.tick()
        assert stage.snapshot() == other.snapshot()


def test_a_restart_changes_nothing(draws: Draws, stage: Any) -> None:
    other = type(stage)()
    rng = np.random.default_rng(4)
    for day in range(12):
        draw = draws["gross" if day % 3 == 2 else "ordinary"](rng)
        assert all(map(np.array_equal, stage.everything(draw), other.everything(draw)))
        other.restarted()
        stage.tick()
        other.tick()
        assert stage.snapshot() == other.snapshot()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 19),
            st.sampled_from([1, 1, 2, 7, 10**6, 10**12]),
            st.sampled_from([0, 1, 999, 1000, 10**5, 10**15]),
            st.integers(-(2**63), 2**63 - 1),
        ),
        min_size=1,
        max_size=60,
    )
)
@repeatedly
def test_whatever_comes_bounds_stay_in_order(stage: Any, rows: list[tuple[int, ...]]) -> None:
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    offer, size, price, person = columns
    with np.errstate(divide="raise", invalid="raise"):
        for _ in range(3):
            excess, _ = stage.lines(offer, size, price)
            ignored, _ = stage.clicks(offer, size, np.where(price > 0, price, -1), person)
            for sku, p in zip(offer.tolist(), price.tolist(), strict=True):
                stage.competitor(p, "x", sku)
            assert ((excess >= 0) & (excess < size)).all()
            assert ((ignored >= 0) & (ignored <= size)).all()
            stage.tick()
    for detector in stage.cleaning.lines:
        scale = getattr(detector.scale, "rows", detector.scale)
        assert (scale.low <= scale.high).all()
        assert (scale.variance >= 0.0).all()
