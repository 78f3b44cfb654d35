"""What is kept of customers other than the public: promises, and what their orders show."""

from __future__ import annotations

from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.pricing.trade.contract_book import ContractBook
from online_models.pricing.trade.volumes import Volumes


class TradeBooks:
    """Contract prices, and the quantities that segments order."""

    SAVED = Saved(volumes=Part(), contracts=Part())

    def __init__(self) -> None:
        self.volumes = Volumes()
        self.contracts = ContractBook()
