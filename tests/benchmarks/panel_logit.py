"""A simulated store panel whose shoppers choose: a mixed logit with an outside option.

Kinds of shoppers differ in taste and in thrift, channels in their mix of kinds; so elasticities
differ by price and channel, and products take sales from each other. All channels share a
product's shocks, as in `panel_market`, and a promotion leaves full pantries behind.
"""

from __future__ import annotations

import numpy as np

from tests.benchmarks.panel_market import Panel

#: Kinds of shoppers, and the weight of buying nothing.
KINDS, OUTSIDE = 6, 3.0
#: Deviations of a week's log units: one that all channels share, and each channel's own.
SHARED, OWN = 0.28, 0.28
#: Share of last weeks' discounts that stays in pantries, and what it keeps from being bought.
KEPT, FULL = 0.5, 0.45


def draw(seed: int = 0, products: int = 11, channels: int = 80, weeks: int = 120) -> Panel:
    """The panel of a seed."""
    rng = np.random.default_rng(1000 + seed)
    normal = rng.standard_normal
    mix = rng.dirichlet(np.full(KINDS, 1.5), channels)
    taste = 0.9 * normal((KINDS, products)) + 0.8 * normal(products)
    thrift = 3.2 * np.exp(0.45 * normal(KINDS)[:, None] + 0.2 * normal((KINDS, products)))
    pull = 0.6 + 0.3 * normal((KINDS, products)), 0.3 + 0.2 * normal((KINDS, products))
    traffic = 9.0 + 0.35 * normal(channels)
    place = 0.35 * normal((products, channels))
    usual = np.log(200.0 + 150.0 * rng.random(products))
    often = 0.1 + 0.35 * rng.random(products)
    wander, lasting, pantry, dear = (np.zeros(products) for _ in range(4))
    local = np.zeros((products, channels))
    found: list[list[np.ndarray]] = [[], [], [], [], []]
    for _ in range(weeks):
        promoted = rng.random(products) < often
        depth = np.where(promoted, 0.08 + 0.32 * rng.random(products), 0.0)
        shown = promoted & (rng.random(products) < 0.55), promoted & (rng.random(products) < 0.7)
        takes_part = rng.random((products, channels)) < 0.93
        dear = 0.99 * dear + 0.02 * normal(products)
        uneven = np.clip(1.0 + 0.1 * normal((products, channels)), 0.3, 1.7)
        move = np.log(1.0 - depth[:, None] * takes_part * uneven)
        move += dear[:, None] + 0.02 * normal((products, channels))
        feature, deal = (each[:, None] & takes_part for each in shown)
        wander = wander + 0.04 * normal(products)
        news, local_news = 0.12 * normal(products), 0.12 * normal((products, channels))
        lasting, local = 0.7 * lasting + news, 0.75 * local + local_news
        common = (wander + lasting - FULL * pantry)[:, None] + place + local
        utility = taste[:, :, None] - thrift[:, :, None] * move + common
        utility += pull[0][:, :, None] * feature + pull[1][:, :, None] * deal
        weight = np.exp(utility)
        share = weight / (OUTSIDE + weight.sum(1, keepdims=True))
        log_units = traffic + np.log(np.einsum("kpc,ck->pc", share, mix))
        known = log_units - news[:, None] - local_news
        log_units += SHARED * rng.standard_t(6, products)[:, None] / np.sqrt(1.5)
        log_units += OWN * rng.standard_t(5, (products, channels)) / np.sqrt(5.0 / 3.0)
        pantry = KEPT * pantry + depth
        units = np.maximum(np.rint(np.exp(log_units)), 0.0)
        week = units, np.exp(usual[:, None] + move), deal, feature, known
        for column, value in zip(found, week, strict=True):
            column.append(value)
    arrays = [np.stack(column).astype(np.float64) for column in found]
    return Panel(*arrays, elasticity=-thrift.mean(0))
