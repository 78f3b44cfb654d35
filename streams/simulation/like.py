"""Read a recording into the market that is like it, and say what was fitted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from online_models.market.assortment import LOWEST_ELASTICITY
from online_models.market.fitting import UnlikeError, fit
from online_models.market.likeness import Likeness
from schemas.values.instants import DAY, to_text
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.studies.observed import ObservedRecording

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINOR = 100.0


def read(settings: Settings, paths: list[Path], most: int) -> Likeness:
    """The market of the `most` best sellers of recorded inputs.

    Raises
    ------
    InputError
        Where there is none, or it has too little.
    """
    # weekdays and zero days are of days, whatever window the pricer learns by
    observed = ObservedRecording(settings.model_copy(update={"bucket": "P1D"}), paths)
    with observed.progress() as then:
        then("fitting")
        name = "+".join(path.resolve().name for path in paths)
        try:
            return fit(observed.parts, observed.catalogue, name, most)
        except UnlikeError as error:
            raise InputError(str(error)) from None


def fitted(like: Likeness) -> dict[str, str]:
    """What was fitted, by its name, for a reader who knows the shop."""
    prices = np.array(like.first_price) / MINOR
    kept = 1.0 / (1.0 + np.array(like.tax_rate)) - np.array(like.fee_rate)
    margins = 100.0 * (1.0 - np.array(like.cost) / MINOR / (kept * prices))
    silent = np.exp(-np.array(like.base)) if like.size is None else _silent(like, like.size)
    first, last = like.began, like.began + (like.days - 1) * DAY
    weekdays = zip(WEEKDAYS, like.weekdays, strict=True)
    left_out = "".join(f"; left out: {number} {why}" for why, number in like.left_out)
    return {
        "recording": f"{like.name}, {to_text(first)[:10]} to {to_text(last)[:10]}, "
        f"{like.days} days",
        "offers": f"the {len(like)} best sellers of {like.sold:,} that sold, "
        f"{like.covered:.0%} of the units, {len(like.categories)} categories{left_out}",
        "sales a day": f"{_spread(np.array(like.base))}, mean {np.mean(like.base):.2f}; "
        f"{silent.mean():.0%} of the offers' days without any, in the recording {like.silent:.0%}",
        "prices": f"{_spread(prices)} {like.currency}, from {prices.min():.2f} to "
        f"{prices.max():.2f}",
        "margin after tax and fees": f"{_spread(margins, 0)} %; tax {_range(like.tax_rate)}, "
        f"fees {_range(like.fee_rate)}",
        "weekdays": " ".join(f"{day} {factor:.2f}" for day, factor in weekdays),
        "noise": "Poisson"
        if like.size is None
        else f"negative binomial of size {like.size:.2g} (variance mean + mean² / size)",
        "views": f"{like.views:.1f} for a unit sold",
        "rivals": _competitors(like),
        "own-price elasticities": _elasticities(like),
        "not fitted": "promotions, stock, trend and time of the year, effects between offers; add "
        "them by --markets",
    }


def _silent(like: Likeness, size: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Probability of a day without a sale, shape (n,)."""
    return np.asarray((1.0 + np.array(like.base) / size) ** -size)


def _competitors(like: Likeness) -> str:
    levels = [level for level in like.competitor if level is not None]
    if not levels:
        return "none"
    return (
        f"sell {len(levels)} of the {len(like)} offers, their lowest price at "
        f"{_spread(np.exp(levels))} of ours"
    )


def _elasticities(like: Likeness) -> str:
    """Quantiles as the first seed has them, and where they come from."""
    drawn = like.draw(0).elasticity
    bounded = int((drawn <= LOWEST_ELASTICITY).sum())
    return (
        f"{_spread(drawn)} in the first seed (each draws its own, standard deviation "
        f"{np.median(like.deviation):.2f}); a regression on the recording accounts for "
        f"{_spread(100.0 * np.array(like.trust), 0)} % of them, what would make the category's "
        f"margin the best for the rest; {bounded} raised to {LOWEST_ELASTICITY}, the least of any "
        "market"
    )


def _spread(values: np.ndarray[tuple[int], np.dtype[np.float64]], digits: int = 2) -> str:
    """Tenth percentile, median and ninetieth."""
    return " … ".join(f"{value:.{digits}f}" for value in np.quantile(values, (0.1, 0.5, 0.9)))


def _range(shares: Sequence[float]) -> str:
    low, high = 100.0 * min(shares), 100.0 * max(shares)
    return f"{low:g} %" if low == high else f"{low:g}–{high:g} %"
