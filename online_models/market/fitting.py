"""Fit a market to what a merchant recorded: closed daily windows and a catalogue.

What is left out makes noise here, not structure: promotions, trends and the time of the year,
stock, and what offers do to each other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.negative_binomial import log_probability
from online_models.market.assortment import LOWEST_ELASTICITY
from online_models.market.likeness import USUAL_DEVIATION, USUAL_ELASTICITY, Likeness
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.shop.catalogue import PPM, ROLES, Catalogue
from online_models.studies.elasticity.panel import OfferGroups
from online_models.studies.elasticity.rows import pooled_elasticities

#: Two of every weekday: a shorter recording is too little to fit.
LEAST_DAYS = 14
#: Margins that would be best at a higher elasticity than this one are taken for this one's.
HIGHEST_ELASTICITY = 8.0
#: Units that speak for an average weekday before any is counted, and the quietest weekday.
WEEKDAY_DOUBT = 20.0
QUIETEST = 0.05
#: Sizes of the negative binomial that are tried; the largest is the Poisson's.
SIZES = np.geomspace(0.05, 200.0, 41)
#: A competitor sells an offer if its price was known on this share of the days.
LEAST_CONTESTED = 0.2
#: Prices count to this distance (log) from the usual one: beyond is a slip or a clearance.
FARTHEST = float(np.log(2.0))
#: 1970-01-05 was the first Monday.
FIRST_MONDAY = 4


class UnlikeError(ValueError):
    """The recording is of no shop that a market could be made like."""


def fit(parts: Sequence[Observations], catalogue: Catalogue, name: str, most: int) -> Likeness:
    """The market of the `most` best sellers.

    Parameters
    ----------
    parts: closed windows of a day, of all offers, in any order.
    catalogue: whose offer rows the windows name.

    Raises
    ------
    UnlikeError
        Where it is too short, or nothing was sold at a profit.
    """
    seen = _joined(parts)
    if not len(seen):
        raise UnlikeError("no known product was ever on sale in it")
    day = seen.start // DAY
    span = int(day.max() - day.min()) + 1
    if span < LEAST_DAYS:
        raise UnlikeError(f"it spans {span} days; at least {LEAST_DAYS} are needed")
    units: Floats = np.bincount(seen.offer, seen.units, catalogue.offers.size).astype(np.float64)
    terms = _terms(catalogue, _medians(seen.price, seen.offer, len(units)))
    left_out = _left_out(terms, units)
    fitting = (units > 0.0) & ~np.any(list(left_out.values()), axis=0)
    ranked = np.argsort(-np.where(fitting, units, -1.0), kind="stable")
    chosen = ranked[: min(most, int(fitting.sum()))]
    reasons = tuple((why, int(out.sum())) for why, out in left_out.items() if out.any())
    if not len(chosen):
        why = ", ".join(f"{number} {reason}" for reason, number in reasons)
        raise UnlikeError(f"no offer sold at a profit ({why or 'none sold'})")
    own = terms.take(chosen)
    elasticity, deviation, trust = _elasticities(parts, catalogue, chosen, own)

    place = np.full(len(units), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    rows = seen.take(place[seen.offer] >= 0)
    offer = place[rows.offer]
    weekday = (rows.start // DAY - FIRST_MONDAY) % 7
    moved = np.log(rows.price) - np.log(own.price)[offer]
    moved = np.clip(np.where(np.isfinite(moved), moved, 0.0), -FARTHEST, FARTHEST)
    slope = np.maximum(elasticity, LOWEST_ELASTICITY)[offer]
    exposed = rows.days * np.exp(-slope * moved)
    weekdays = _weekdays(rows.units, offer, exposed, weekday)
    exposed = exposed * weekdays[weekday]
    base = np.bincount(offer, rows.units) / np.bincount(offer, exposed)
    ids, category = np.unique(own.category, return_inverse=True)
    scale = 10.0 ** (2 - int(own.digits[0]))
    return Likeness(
        name=name,
        began=int(day.min()) * DAY,
        days=span,
        currency=catalogue.currency_names[int(own.currency[0])],
        skus=tuple(_name(catalogue, row) for row in chosen.tolist()),
        category=tuple(category.tolist()),
        categories=tuple(catalogue.category_names[i] for i in ids.tolist()),
        traits=tuple(_traits(catalogue, row) for row in chosen.tolist()),
        first_price=tuple(np.rint(own.price * scale).astype(np.int64).tolist()),
        cost=tuple(np.rint(own.cost * scale).astype(np.int64).tolist()),
        tax_rate=tuple(own.tax.tolist()),
        fee_rate=tuple(own.fee.tolist()),
        base=tuple(base.tolist()),
        elasticity=tuple(elasticity.tolist()),
        deviation=tuple(deviation.tolist()),
        trust=tuple(trust.tolist()),
        weekdays=tuple(weekdays.tolist()),
        size=_size(rows.units, base[offer] * exposed),
        silent=float((rows.units == 0.0).mean()),
        views=float(rows.views.sum() / rows.units.sum()),
        competitor=_competitors(rows, offer, len(chosen)),
        sold=int((units > 0.0).sum()),
        covered=float(units[chosen].sum() / units.sum()),
        left_out=reasons,
    )


@dataclass(frozen=True)
class _Terms:
    """What holds for each offer, shape (n,); amounts in minor units of its own currency."""

    price: Floats
    cost: Floats
    tax: Floats
    fee: Floats
    category: Ints
    currency: Ints
    digits: Ints
    retired: Flags

    @property
    def margin(self) -> Floats:
        """Profit as a share of what is left of the price after tax and fee."""
        kept = (1.0 / (1.0 + self.tax) - self.fee) * self.price
        share: Floats = 1.0 - self.cost / np.where(kept > 0.0, kept, np.nan)
        return np.nan_to_num(share, nan=-1.0)

    def take(self, rows: Ints) -> _Terms:
        """The rows at an index."""
        return _Terms(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def _terms(catalogue: Catalogue, usual: Floats) -> _Terms:
    """Of all offers; the usual price is the one recorded, if any, else the catalogue's."""
    offers, skus = catalogue.offers, catalogue.skus
    sku = offers.sku
    return _Terms(
        price=np.where(np.isfinite(usual), usual, offers.catalogue_price),
        cost=(offers.cost + offers.fee_fixed).astype(np.float64),
        tax=skus.tax_ppm[sku] / PPM,
        fee=offers.fee_ppm / PPM,
        category=np.where(skus.known[sku], skus.category[sku], -1).astype(np.int64),
        currency=skus.currency[sku].astype(np.int64),
        digits=skus.digits[sku].astype(np.int64),
        retired=skus.retired[sku],
    )


def _left_out(terms: _Terms, units: Floats) -> dict[str, Flags]:
    """Offers that sold and can be no part of the market, by the first reason that holds."""
    known, sold = terms.category >= 0, units > 0.0
    takings = np.bincount(terms.currency[known], units[known], 1)
    foreign = known & (terms.currency != int(takings.argmax()))
    gone = known & ~foreign & terms.retired
    lossy = known & ~foreign & ~gone & ~(terms.margin > 0.0)
    return {
        "without a product": sold & ~known,
        "in another currency": sold & foreign,
        "retired": sold & gone,
        "usually sold at a loss": sold & lossy,
    }


def _elasticities(
    parts: Sequence[Observations], catalogue: Catalogue, chosen: Ints, terms: _Terms
) -> tuple[Floats, Floats, Floats]:
    """Own-price elasticities (positive), their deviations, and the estimator's share in them.

    The median margin m of a category would be the best one at an elasticity of 1/m; a market's
    usual distribution about that, scaled, and the estimate are weighted by their precisions.
    """
    offers, mean_found, variance = pooled_elasticities(parts, OfferGroups.of(catalogue))
    at = np.searchsorted(offers, chosen)
    implied_elasticity = 1.0 / np.maximum(
        _medians(terms.margin, terms.category, 0)[terms.category], 1e-9
    )
    implied_elasticity = np.clip(implied_elasticity, LOWEST_ELASTICITY, HIGHEST_ELASTICITY)
    usual = USUAL_DEVIATION / USUAL_ELASTICITY * implied_elasticity
    trust: Floats = usual**2 / (usual**2 + variance[at])
    mean: Floats = implied_elasticity + trust * (-mean_found[at] - implied_elasticity)
    return mean, usual * np.sqrt(1.0 - trust), trust


def _weekdays(units: Floats, offer: Ints, exposed: Floats, weekday: Ints) -> Floats:
    """Multipliers of demand by weekday, mean 1, shape (7,)."""
    level = np.bincount(offer, units) / np.bincount(offer, exposed)
    expected = np.bincount(weekday, level[offer] * exposed, 7)
    sold = np.bincount(weekday, units, 7)
    found = np.maximum((sold + WEEKDAY_DOUBT) / (expected + WEEKDAY_DOUBT), QUIETEST)
    return np.asarray(found / found.mean(), dtype=np.float64)


def _size(units: Floats, mean: Floats) -> float | None:
    """The likeliest size of the negative binomial; None where that is the Poisson."""
    possible = mean > 0.0
    likelihood = [log_probability(units[possible], mean[possible], size).sum() for size in SIZES]
    best = int(np.argmax(likelihood))
    return None if best == len(SIZES) - 1 else float(SIZES[best])


def _competitors(rows: Observations, offer: Ints, count: int) -> tuple[float | None, ...]:
    """Log of the lowest competitor price over ours, None where there hardly was one."""
    gap = np.log(rows.competitor_price) - np.log(rows.price)
    seen = np.bincount(offer, np.isfinite(gap), count) / np.bincount(offer, minlength=count)
    usual = _medians(gap, offer, count)
    return tuple(
        level if share >= LEAST_CONTESTED else None
        for level, share in zip(usual.tolist(), seen.tolist(), strict=True)
    )


def _joined(parts: Sequence[Observations]) -> Observations:
    """All windows that were on sale; a negative net is no sale."""
    if not parts:
        return Observations.of([], [], [])
    columns = [np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Observations)]
    seen = Observations(*columns).cleaned()
    seen = seen.take(seen.days > 0.0)
    return replace(seen, units=np.maximum(seen.units, 0.0))


def _medians(values: Floats, group: Ints, groups: int) -> Floats:
    """Upper median of what is finite by group, NaN for none, shape (groups or more,)."""
    finite = np.isfinite(values)
    values, group = values[finite], group[finite]
    order = np.lexsort((values, group))
    number = np.bincount(group, minlength=groups)
    start = np.cumsum(number) - number
    found = np.full(len(number), np.nan)
    some = number > 0
    found[some] = values[order][(start + number // 2)[some]]
    return found


def _name(catalogue: Catalogue, row: int) -> str:
    sku, channel = catalogue.offer_name(row)
    alone = len(catalogue.sku_offers[int(catalogue.offers.sku[row])]) == 1
    return sku if alone else f"{sku}@{channel}"


def _traits(catalogue: Catalogue, row: int) -> str:
    """Name, role, brand and tags of the product, as its record has them."""
    sku = int(catalogue.offers.sku[row])
    brand = int(catalogue.skus.brand[sku])
    found: dict[str, object] = {"name": catalogue.titles[sku]}
    found |= {"role": ROLES[int(catalogue.skus.role[sku])], "tags": list(catalogue.tags[sku])}
    if brand >= 0:
        found["brand"] = catalogue.brand_names[brand]
    return json.dumps(found)
