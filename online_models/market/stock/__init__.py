"""Stocks by name; a new one is a file and a line here. A market without one never sells out."""

from __future__ import annotations

from online_models.market.stock.perishable import Perishable
from online_models.market.stock.replenished import Replenished
from online_models.market.stock.warehouse import Warehouse

STOCKS: dict[str, type[Warehouse]] = {"replenished": Replenished, "perishable": Perishable}
