"""What the channels of a product know of each other."""

from __future__ import annotations

from online_models.persistence.saved import Saved


class ChannelBooks:
    """By offer row: `presses` is +1 or −1 where a ladder of channels cut off what it wanted, up or
    down, `unit_value` what a unit of the stock that it shares brings elsewhere, minor units.
    """

    SAVED = Saved(presses=dict[int, int], unit_value=dict[int, float])

    def __init__(self) -> None:
        self.presses: dict[int, int] = {}
        self.unit_value: dict[int, float] = {}
