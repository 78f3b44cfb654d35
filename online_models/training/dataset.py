"""Training data: the inputs of every window as they were before it, and what it then sold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from online_models.demand.inputs.observations import Observations
from online_models.demand.networks.history import History
from online_models.demand.networks.inputs import Inputs, inputs
from online_models.demand.networks.levels import Offers
from online_models.demand.networks.spec import Spec
from online_models.numerics.arrays import Flags, Floats, Ints

#: Rows enough to train on, at about 0.8 kB each; and the seed of their choice.
MOST_ROWS = 300_000
SEED = 20_240_501


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows in order of time; n rows."""

    spec: Spec
    inputs: Inputs
    #: Units sold (≥ 0), and what the seasonal-naive forecast says (NaN where it has no past).
    units: Floats
    naive: Floats
    offer: Ints
    #: End of the window, ms.
    end: Ints

    def __len__(self) -> int:
        return len(self.units)

    def take(self, rows: Ints | Flags | slice) -> Dataset:
        """The rows chosen, in the order chosen."""
        columns = {
            field.name: getattr(self, field.name)[rows]
            for field in fields(self)
            if field.name not in ("spec", "inputs")
        }
        return Dataset(spec=self.spec, inputs=self.inputs.take(rows), **columns)


def build(
    observations: Observations,
    offers: Offers,
    spec: Spec,
    skip: int = 0,
    season: int = 7,
    most: int = MOST_ROWS,
) -> Dataset:
    """Replay `observations` through a history; each window's inputs are taken before it is pushed.

    Windows without stock, or of another length, give no row; nor do the first `skip` windows. One
    in which the stock ran out counts by the time before (its exposure).
    `season` is the number of windows after which the naive forecast repeats. Of more than about
    `most` rows a random part is kept, the same each time; the history sees them all.
    """
    history = History(offers, spec.window_ms, spec.lookback)
    history.grow()
    naive = _seasonal_naive(observations, spec.window_ms, season)
    kept: list[Ints] = []
    parts: list[Inputs] = []
    fits = (observations.end - observations.start == spec.window_ms) & (
        observations.available > 0.0
    )
    if len(observations) > most:
        fits &= np.random.default_rng(SEED).random(len(observations)) < most / len(observations)
    for number, rows in enumerate(observations.windows()):
        usable = rows[fits[rows]]
        if number >= skip and len(usable):
            parts.append(inputs(history, observations.take(usable), spec))
            kept.append(usable)
        history.push(observations.take(rows))
    if not kept:
        raise ValueError(f"no observations of windows of {spec.window_ms} ms after {skip} periods")
    rows = np.concatenate(kept)
    joined = Inputs(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Inputs))
    )
    return Dataset(
        spec=spec,
        inputs=joined,
        units=np.maximum(observations.units[rows], 0.0),
        naive=naive[rows],
        offer=observations.offer[rows],
        end=observations.end[rows],
    )


def history_of(observations: Observations, offers: Offers, spec: Spec) -> History:
    """What a model is given of the past, after all observations."""
    history = History(offers, spec.window_ms, spec.lookback)
    history.grow()
    history.push(observations)
    return history


def _seasonal_naive(observations: Observations, window: int, season: int) -> Floats:
    """Units of the same offer `season` windows earlier, NaN where that window is not known."""
    back = season * window
    order = np.lexsort((observations.start, observations.offer))
    offer, start = observations.offer[order], observations.start[order]
    base = int(start.min()) if len(start) else 0
    span = (int(start.max()) - base + back + 1) if len(start) else 1
    key = offer * span + (start - base)
    wanted = key - back
    place = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    found = (key[place] == wanted) & (start - base >= back)
    naive = np.full(len(observations), np.nan)
    naive[order] = np.where(found, np.maximum(observations.units[order][place], 0.0), np.nan)
    return naive


class Split(NamedTuple):
    """Row numbers; every training window ends before the first test window's end."""

    train: Ints
    test: Ints


def at(end: Ints, share: float) -> Split:
    """The last `share` of the distinct window ends is the test.

    >>> split = at(np.array([1, 1, 2, 3, 4]), 0.25)
    >>> split.train.tolist(), split.test.tolist()
    ([0, 1, 2, 3], [4])
    """
    instants = np.unique(end)
    tested = max(1, round(len(instants) * share))
    if len(instants) <= tested:
        raise ValueError(f"{len(instants)} windows in time are too few for a split at {share}")
    first = instants[-tested]
    return Split(np.flatnonzero(end < first), np.flatnonzero(end >= first))


def rolling_origin(end: Ints, folds: int, share: float) -> list[Split]:
    """`folds` splits with ever later origins; each test is the next `share` of the instants.

    References: Tashman, "Out-of-sample tests of forecasting accuracy", IJF 16 (2000).
    """
    instants = np.unique(end)
    length = max(1, round(len(instants) * share))
    if folds * length >= len(instants):
        raise ValueError(f"{len(instants)} windows in time are too few for {folds} folds")
    splits = []
    for fold in range(folds, 0, -1):
        first = instants[-fold * length]
        last = instants[-(fold - 1) * length - 1] if fold > 1 else instants[-1]
        splits.append(
            Split(np.flatnonzero(end < first), np.flatnonzero((end >= first) & (end <= last)))
        )
    return splits
