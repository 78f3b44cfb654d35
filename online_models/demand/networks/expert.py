"""The deep model among the experts of the demand mixture: it forecasts once it has a champion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import Observations, WindowRows
from online_models.demand.negative_binomial import log_probability
from online_models.demand.networks.champions import Champions, Notice
from online_models.demand.networks.chunks import Assembly, ChunkVerdict
from online_models.demand.networks.container import WeightsError
from online_models.demand.networks.history import History, exposure
from online_models.demand.networks.inputs import inputs
from online_models.demand.networks.levels import Offers, words
from online_models.demand.networks.network import Network
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp, log, total
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from schemas.records.demand.model_updates import ModelUpdate
from schemas.records.shop.products import Product
from schemas.values.instants import DAY

#: The name under which demand networks travel on `model-updates`.
MODEL = "demand"
#: Windows of the past that are kept per offer; no network sees more.
LOOKBACK = 28
#: Negative-binomial size of the running level's forecast, which models must beat.
LEVEL_SIZE = 1.5


@dataclass(frozen=True, slots=True)
class DeepPrediction:
    """Forecasts of a window; rows that are not covered hold placeholders."""

    mean: Floats
    size: Floats
    covered: Flags

    def log_score(self, units: Floats) -> Floats:
        """Log probability of `units`, shape (n,)."""
        return log_probability(units, self.mean, self.size)

    def forecast(self) -> UnitsForecast:
        """Predictive distribution."""
        return UnitsForecast.single(self.mean, self.size)


class DeepExpert:
    """Histories of all offers of a partition, and the networks that read them."""

    SAVED = Saved(
        offers=Part(),
        history=Part(),
        champions=Part(),
        assembly=Part(),
        notices=list[Notice],
    )

    def __init__(self) -> None:
        self.offers = Offers()
        #: Of days until a network comes that forecasts others.
        self.history = History(self.offers, DAY, LOOKBACK)
        self.champions = Champions()
        self.assembly = Assembly()
        self.notices: list[Notice] = []

    def describe(
        self, row: int, sku: str, category: str, tokens: Iterable[str], first_log_price: float
    ) -> None:
        """Say what an offer is (see `hashing.words`); offers without are not forecast."""
        self.offers.register(row, sku, category, tokens, first_log_price)

    def describe_product(self, rows: Sequence[int], product: Product, prices: Ints) -> None:
        """Say what all offers of a SKU are, at their first prices in minor units, (n,)."""
        tokens = words(product.name, product.brand, product.attributes)
        log_prices = np.where(prices > 0, log(np.maximum(prices, 1).astype(np.float64)), np.nan)
        for row, log_price in zip(rows, log_prices.tolist(), strict=True):
            if row == rows[0]:
                self.describe(row, product.sku, product.category, tokens, log_price)
            else:
                self.offers.resemble(row, rows[0], log_price)

    def describe_siblings(
        self, rows: Ints, siblings: Sequence[Sequence[int]], prices: Ints
    ) -> None:
        """Offers, (n,), that an order or a click showed are what others of their SKUs are."""
        log_prices = log(prices.astype(np.float64)).tolist()
        for row, those, log_price in zip(rows.tolist(), siblings, log_prices, strict=True):
            known = [other for other in those if self.knows(other)]
            if known and not self.knows(row):
                self.offers.resemble(row, known[0], log_price)

    def knows(self, row: int) -> bool:
        """Whether an offer is described."""
        return row < self.offers.size and bool(self.offers.described[row])

    def accept(self, update: ModelUpdate) -> ChunkVerdict:
        """Accept one `model-updates` record of this model; a bad one changes nothing
        but the awaited parts."""
        version = str(update.version)
        if update.weights is None:
            return self._stand(version, update.status)
        try:
            packed = self.assembly.add(update)
            if packed is None:
                return ChunkVerdict("pending")
            network = Network.of(*packed)
            if network.spec.lookback > LOOKBACK:
                raise WeightsError(f"spec.window: {network.spec.lookback} is more than {LOOKBACK}")
        except WeightsError as error:
            return ChunkVerdict("rejected", f"model {version}: {error}")
        if update.status != "retired":
            if network.spec.window_ms != self.history.window_ms:
                self.history = History(self.offers, network.spec.window_ms, LOOKBACK)
                self.history.grow()
            self.champions.install(version, network, update.status == "champion")
        return ChunkVerdict("accepted")

    def _stand(self, version: str, status: str) -> ChunkVerdict:
        known = True
        if status == "champion":
            known = self.champions.promote(version)
        elif status == "retired":
            known = self.champions.retire(version)
        return (
            ChunkVerdict("accepted")
            if known
            else ChunkVerdict("rejected", f"model {version} is unknown")
        )

    @property
    def version(self) -> str | None:
        """The version that forecasts, None where there is none."""
        champion = self.champions.champion
        return None if champion is None else champion.version

    def grow(self, offers: int, categories: int, channels: int) -> None:  # noqa: ARG002
        """Make room for offers."""
        self.offers.grow(offers)
        self.history.grow()

    def predict(self, window: WindowRows) -> DeepPrediction:
        """Forecasts of the window, from what was known before it."""
        champion = self.champions.champion
        network = None if champion is None else champion.network
        return self._predict(network, window.seen)

    def _predict(self, network: Network | None, seen: Observations) -> DeepPrediction:
        covered = self._covered(network, seen)
        mean, size = np.ones(len(seen)), np.ones(len(seen))
        if network is not None and covered.any():
            rows = np.flatnonzero(covered)
            outputs = network.outputs(inputs(self.history, seen.take(rows), network.spec))
            mean[rows], size[rows] = exp(outputs.log_mean), exp(outputs.log_size)
        return DeepPrediction(mean, size, covered)

    def _covered(self, network: Network | None, seen: Observations) -> Flags:
        """Rows of described offers whose windows are of the network's length."""
        if network is None or network.spec.window_ms != self.history.window_ms:
            return np.zeros(len(seen), np.bool_)
        described = self.offers.described[seen.offer]
        covered: Flags = described & (seen.end - seen.start == network.spec.window_ms)
        return covered

    def learn(self, window: WindowRows, prediction: DeepPrediction) -> Floats:
        """Score the networks on the window, then add it to the histories.

        Returns the prediction's log score, (n,).
        """
        self._judge(window.seen, prediction)
        self.history.push(window.seen)
        if not prediction.covered.any():
            return np.zeros(len(window))
        return prediction.log_score(np.maximum(window.seen.units, 0.0))

    def _judge(self, seen: Observations, prediction: DeepPrediction) -> None:
        challenger = self.champions.challenger
        if self.champions.champion is None and challenger is None:
            return
        challenged = prediction if challenger is None else self._predict(challenger.network, seen)
        rows = np.flatnonzero(challenged.covered & (prediction.covered | (self.version is None)))
        if not len(rows):
            return
        units = np.maximum(seen.units[rows], 0.0)
        level = self.history.level(seen.offer[rows]) * exposure(seen.take(rows))
        scores = [log_probability(units, level, np.full(len(rows), LEVEL_SIZE))]
        scores += [
            log_probability(units, p.mean[rows], p.size[rows]) for p in (prediction, challenged)
        ]
        means = [total(score) / len(rows) for score in scores]
        self.notices += self.champions.score(*means)

    def drain(self) -> list[Notice]:
        """Promotions and demotions since the last call."""
        notices, self.notices = self.notices, []
        return notices

    def prior(self, window: Observations) -> tuple[Floats, Flags]:
        """What to believe of offers before they have sold: log units a day at the window's price,
        and whether the champion has an opinion; each (n,).
        """
        champion = self.champions.champion
        network = None if champion is None else champion.network
        covered = self._covered(network, window)
        log_rate = np.zeros(len(window))
        if network is not None and covered.any():
            rows = np.flatnonzero(covered)
            seen = window.take(rows)
            outputs = network.outputs(inputs(self.history, seen, network.spec))
            log_rate[rows] = outputs.log_mean - log(np.maximum(seen.days, 1e-3))
        return log_rate, covered
