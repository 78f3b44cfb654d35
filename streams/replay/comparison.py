"""Two runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import msgspec

from streams.recording.entry import Entry, RecordingError
from streams.recording.reader import Recording
from streams.replay.counterfactual import Counterfactual, DrawnPriceSales, counterfactual
from streams.replay.offer_margins import OfferMargins
from streams.replay.price_differences import PriceDifferences, price_differences
from streams.replay.price_history import Offer, PublishedPrices
from streams.replay.summary import ExpectedTotals, OfferOutcome, ReplaySummary
from streams.replay.window_sales import SalesByWindow

#: The outputs of a run that are compared.
COMPARED = frozenset({"price-changes", "price-decisions", "demand-observations"})
#: Fewer of the units sold at the drawn prices, and it was not these that sold them.
LEAST_PAID = 0.9


class PricingRun:
    """A summary, the prices over time, and the windows since `drawn_by` (this run, if not given)
    first drew a price at random: those before it show nothing.
    """

    def __init__(self, drawn_by: PublishedPrices | None = None) -> None:
        self.summary = ReplaySummary()
        self.prices = PublishedPrices()
        self.windows = SalesByWindow()
        self._drawn_by = self.prices if drawn_by is None else drawn_by

    def add(self, entry: Entry) -> None:
        """Take the next output."""
        self.summary.add(entry)
        if entry.topic == "price-decisions":
            self.prices.add(entry)
        elif entry.topic == "demand-observations" and self._drawn_by.drawn:
            self.windows.add(entry)


def recorded_run(folder: Path) -> PricingRun:
    """The run whose outputs a recording holds; RecordingError where they are not a pricer's, or
    there are none.
    """
    run = PricingRun()
    for entry in Recording([folder], COMPARED):
        try:
            run.add(entry)
        except (msgspec.DecodeError, KeyError, ArithmeticError) as error:
            where = f"{entry.topic}-{entry.partition} offset {entry.offset}"
            raise RecordingError(f"--compare: {where}: {error}") from error
    if not run.summary.topics.keys() & {"price-changes", "price-decisions"}:
        raise RecordingError(
            f"--compare {folder}: there is nothing to compare with. Record price-changes and "
            "price-decisions, or replay with --out"
        )
    return run


@dataclass(frozen=True)
class Comparison:
    """How a new run differs from an old one.

    same, different: offers by their last prices, the largest difference first. missing: offers of
        one run only. identical: the price changes are, byte for byte, and every price in force.
    decided: whether the old run's decisions are there, on which all but identical and compacted
        rests.
    compacted: price changes that the old run's topic has lost to compaction, and nothing else.
    expected, was_expected: by currency, of the last prices of the offers in both.
    estimate: None where the old run's sales say nothing of the new prices; then `why` says so.
    """

    same: int
    different: list[tuple[Offer, OfferOutcome, OfferOutcome]]
    missing: int
    identical: bool
    decided: bool
    compacted: int
    price_differences: PriceDifferences
    expected: dict[str, ExpectedTotals]
    was_expected: dict[str, ExpectedTotals]
    estimate: Counterfactual | None
    why: str = ""


def compare(
    new: PricingRun, old: PricingRun, margins: OfferMargins, paid: DrawnPriceSales | None
) -> Comparison:
    """Compare; `paid` counts whose prices the recorded orders paid, if the old run drew any."""
    ours, theirs = new.summary.offers, old.summary.offers
    shared = [offer for offer in ours if offer in theirs]
    different = [
        (offer, ours[offer], theirs[offer])
        for offer in shared
        if ours[offer].price != theirs[offer].price
    ]
    different.sort(key=_distance, reverse=True)
    both_expected = [
        o for o in shared if ours[o].expected is not None and theirs[o].expected is not None
    ]
    apart = price_differences(new.prices, old.prices)
    # each change says its revision: another one between two that were kept would show in the later
    compacted = old.summary.digest.compacted_of(new.summary.digest)
    identical = not apart.apart and compacted is not None
    decided = "price-decisions" in old.summary.topics
    why = _no_estimate(paid)
    if identical or not decided:
        why = "the prices are the same" if identical else "the other run's decisions are missing"
    return Comparison(
        same=len(shared) - len(different),
        different=different,
        missing=len(ours) + len(theirs) - 2 * len(shared),
        identical=identical,
        decided=decided,
        compacted=compacted or 0,
        price_differences=apart,
        expected=new.summary.expected(both_expected),
        was_expected=old.summary.expected(both_expected),
        estimate=None
        if why
        else counterfactual(new.prices, old.prices, new.windows, old.windows, margins),
        why=why,
    )


def _no_estimate(paid: DrawnPriceSales | None) -> str:
    """Why the recorded sales say nothing of other prices; empty where they may."""
    if paid is None:
        return "the other run drew no price at random, as a policy's `explore` does"
    if not paid.units:
        return "no recorded order was placed while a price stood that the other run drew"
    if paid.share < LEAST_PAID:
        return (
            f"only {paid.share:.0%} of the {paid.units:,} units ordered under the prices that the "
            "other run drew were sold at them: it is itself a what-if"
        )
    return ""


def _distance(pair: tuple[Offer, OfferOutcome, OfferOutcome]) -> tuple[Decimal, str]:
    offer, new, old = pair
    before = Decimal(old.price)
    change = abs(Decimal(new.price) - before) / before if before else Decimal(0)
    return change, "|".join(offer)
