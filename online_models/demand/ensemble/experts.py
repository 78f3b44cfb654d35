"""Models of units that forecast side by side, what each must offer, and what an offer is to them.

A new expert is one file and one line in `EXPERTS`; the shared checks and the mixture find it here.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from online_models.demand.count.model import CountModel
from online_models.demand.filter.hierarchy import CategoryTree
from online_models.demand.filter.model import HierarchicalFilter
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.calendar import Calendar
from online_models.demand.inputs.observations import WindowRows
from online_models.demand.panel.model import PanelModel
from online_models.demand.settings import DemandSettings
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.persistence.saved import Saved


class OfferRegistry(Columns):
    """One row per offer: its product, its channel, its category's row in the tree."""

    sku: Ints = column(np.int64, -1)
    channel: Ints = column(np.int64, 0)
    category_row: Ints = column(np.int64, 0)
    #: Cumulative sums of the standardised residual, up and down.
    alarm_up: Floats = column(np.float64, 0.0)
    alarm_down: Floats = column(np.float64, 0.0)


class Prediction(Protocol):
    """What an expert says of a window before it learns it."""

    @property
    def mean(self) -> Floats:
        """Expected units, (n,)."""

    @property
    def covered(self) -> Flags:
        """Rows that the expert has an opinion on, (n,)."""

    def forecast(self) -> UnitsForecast:
        """Predictive distribution."""


class Expert(Protocol):
    """A model of all offers of a partition."""

    #: What of it persists.
    SAVED: Saved

    def grow(self, offers: int, categories: int, channels: int) -> None:
        """Make room for offers, category rows and channels."""

    def predict(self, window: WindowRows) -> Any:
        """A `Prediction` of the window, from what was known before it."""

    def learn(self, window: WindowRows, prediction: Any) -> Floats:
        """Learn the window that was predicted; returns the prediction's log score, (n,)."""


def _count(_settings: DemandSettings, calendar: Calendar, _tree: CategoryTree) -> Expert:
    return CountModel(calendar)


def _filter(settings: DemandSettings, calendar: Calendar, tree: CategoryTree) -> Expert:
    return HierarchicalFilter(settings, calendar, tree)


def _panel(_settings: DemandSettings, calendar: Calendar, _tree: CategoryTree) -> Expert:
    return PanelModel(calendar)


def _deep(_settings: DemandSettings, _calendar: Calendar, _tree: CategoryTree) -> Expert:
    # imported when called: what it is made of reads the observations of this package
    from online_models.demand.networks.expert import DeepExpert

    return DeepExpert()


#: Name → builder. The count model leads and owns the calendar; order is part of the state.
EXPERTS = {
    "count": _count,
    "filter": _filter,
    "panel": _panel,
    "deep": _deep,
}
