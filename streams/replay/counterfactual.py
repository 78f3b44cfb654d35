"""What a run's prices would have earned, from another run that drew its prices at random."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from online_models.journal.batch import Batch, Kind, Status
from online_models.studies.experiments.off_policy import Judgement, judge
from schemas.values.money import to_minor
from streams.replay.offer_margins import OfferMargins
from streams.replay.price_history import PriceInForce, PublishedPrices
from streams.replay.window_sales import OfferWindow, SalesByWindow


class DrawnPriceSales:
    """Units of recorded orders that fell under a drawn price of `prices`, and those at that price.

    A run over recorded inputs is itself a "what if": what its prices would have sold is nowhere in
    the recording, whatever it says of their propensities.
    """

    def __init__(self, prices: PublishedPrices) -> None:
        self._prices = prices
        self.units = 0
        self.at_price = 0

    @property
    def share(self) -> float:
        """Of the units, those that were sold at the price decided; 0 where none was sold."""
        return self.at_price / self.units if self.units else 0.0

    def watch(self, batch: Batch) -> None:
        """Take events before they are folded."""
        placed = (batch.kind == Kind.ORDER) & (batch.flag == Status.PLACED)
        texts = batch.texts
        for i in np.flatnonzero(placed & (batch.amount >= 0)).tolist():
            offer = texts[batch.sku[i]], texts[batch.channel[i]]
            standing = self._prices.at(offer, int(batch.time[i]))
            if standing is None or standing.propensity >= 1.0:
                continue
            units = int(batch.count[i])
            price = to_minor(standing.price, texts[batch.currency[i]])
            self.units += units
            self.at_price += units * (price == int(batch.amount[i]))


@dataclass
class Counterfactual:
    """A judgement per currency of the profit per offer and window, and what it leaves out.

    apart, alike: windows that the old run sold at a price for certain, and whose new price is
        another, whose effect nothing shows, or the same.
    drawing: windows for which the new run would itself have drawn; neither run shows how likely it
        would have drawn the old price.
    mixed: windows in which neither price stood for more than half of the time, or whose offer,
        price or chance of being drawn is not known.
    """

    judgements: dict[str, Judgement] = field(default_factory=dict)
    apart: int = 0
    alike: int = 0
    drawing: int = 0
    mixed: int = 0


def counterfactual(
    new: PublishedPrices,
    old: PublishedPrices,
    forecasts: SalesByWindow,
    sold: SalesByWindow,
    margins: OfferMargins,
) -> Counterfactual:
    """Judge the new run's prices by what the old one's drawn prices sold.

    A window belongs to the price that stood for more than half of it, and is valued at the last
    known costs, taxes and fees. The new run's state is taken as given: how its own past prices
    would have changed it, and the customers, is not in the recording. The model beside the rewards
    is the new run's own forecast at its price, made before the window.
    """
    found = Counterfactual()
    rows: dict[str, list[tuple[OfferWindow, PriceInForce, PriceInForce]]] = {}
    for window, sales in sorted(sold.items()):
        ours, theirs = new.during(*window), old.during(*window)
        currency = margins.currency.get(window.offer)
        if (
            ours is None
            or theirs is None
            or currency is None
            or sales.price is None
            or theirs.propensity <= 0.0
        ):
            found.mixed += 1
        elif theirs.propensity >= 1.0:
            found.alike += ours.price == theirs.price
            found.apart += ours.price != theirs.price
        elif ours.drawn:
            found.drawing += 1
        else:
            rows.setdefault(currency, []).append((window, ours, theirs))
    for currency, each in sorted(rows.items()):
        offers = [window.offer for window, _, _ in each]
        skus = {sku: i for i, sku in enumerate(sorted({sku for sku, _ in offers}))}
        results = [sold[window] for window, _, _ in each]
        expected = [forecasts.get(window) for window, _, _ in each]
        units = [0.0 if e is None or e.forecast is None else e.forecast for e in expected]
        found.judgements[currency] = judge(
            reward=margins.earned(
                offers,
                [s.price or "" for s in results],
                np.array([s.units for s in results], dtype=np.float64),
            ),
            propensity=np.array([theirs.propensity for _, _, theirs in each]),
            same=np.array([ours.price == theirs.price for _, ours, theirs in each]),
            predicted=margins.earned(
                offers, [ours.price for _, ours, _ in each], np.array(units, dtype=np.float64)
            ),
            cluster=np.array([skus[sku] for sku, _ in offers], dtype=np.int64),
        )
    return found
