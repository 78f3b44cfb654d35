"""Kinds of dirt by name, in the order they are applied; a new one is a file and a line here."""

from __future__ import annotations

from online_models.market.dirt.bot_clicks import BotClicks
from online_models.market.dirt.bulk_orders import BulkOrders
from online_models.market.dirt.duplicates import Duplicates
from online_models.market.dirt.late_events import LateEvents
from online_models.market.dirt.missing_fields import MissingFields
from online_models.market.dirt.soil import Corruption
from online_models.market.dirt.unit_mixups import UnitMixups

DIRTS: dict[str, type[Corruption]] = {
    "bulk_orders": BulkOrders,
    "unit_mixups": UnitMixups,
    "bot_clicks": BotClicks,
    "missing_fields": MissingFields,
    "duplicates": Duplicates,
    "late_events": LateEvents,
}
