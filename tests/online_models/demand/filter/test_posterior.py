"""The curves of one offer are, to the bit, those that it has among many, and its posterior's."""

from __future__ import annotations

import itertools
from dataclasses import fields

import numpy as np

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.demand.evaluation import checks
from online_models.demand.filter.price_scale import GROWTH_DEVIATION, scaled, steepness
from online_models.demand.filter.state import CROSS, ELASTICITY, deviation_of, packed
from online_models.numerics.special import log


def test_curves_depend_on_no_other_offer_and_agree_with_the_posterior() -> None:
    models = checks.registered("mixture")
    every = np.arange(checks.OFFERS)
    days = [*checks.ordinary_days(25), *itertools.islice(checks.hostile_windows(), 0, 60, 6)]
    rng = np.random.default_rng(3)
    models.priced(
        every[::2], rng.uniform(700.0, 1500.0, len(every))[::2], np.full(len(every[::2]), 600.0)
    )
    for day, seen in enumerate(days):
        models.learn(seen)
        if day % 4:
            continue
        usual = checks.context(day)
        context = DemandContext(
            usual.now + rng.integers(0, 10**9, len(every)),
            np.round(rng.uniform(1.0, 9000.0, len(every))),
            np.where(rng.random(len(every)) < 0.3, np.nan, rng.uniform(1.0, 9000.0, len(every))),
            usual.promotion,
            usual.promoted,
        )
        together = models.curves(every, context)
        row = models.registry.category_row[every]
        posterior = models.filter.posterior(every, row, context.now)
        # curves tell what of an effect lasts where prices are remembered
        kept, state = 1.0 - models.filter.price_memory.share[0], models.filter.state
        gap = deviation_of(log(context.price), state.anchor)
        lasting = kept * steepness(gap)
        for k, share, values in (
            (ELASTICITY, lasting, together.elasticity),
            (CROSS, kept, together.cross),
        ):
            assert (posterior.mean[k] * share).tobytes() == values.tobytes()
        apart = scaled(gap) - state.remembered_or(every, scaled(gap))
        doubt = GROWTH_DEVIATION * apart * posterior.mean[ELASTICITY] * kept
        own = posterior.covariance[packed(ELASTICITY, ELASTICITY)] * lasting * lasting
        assert (own + doubt * doubt).tobytes() == together.elasticity_variance.tobytes()
        for rows in (every[:1], every[1:6], every[5:2:-1]):
            some = DemandContext(
                *[getattr(context, field.name)[rows] for field in fields(DemandContext)]
            )
            few = models.curves(rows, some)
            for field in fields(DemandCurves):
                expected, found = getattr(together, field.name), getattr(few, field.name)
                if expected is None:
                    assert found is None, field.name
                else:
                    assert found.tobytes() == expected[rows].tobytes(), field.name
