"""The books of the prices: one row per offer, all that a decision must remember."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.catalogue import ALWAYS, NEVER, NO_PRICE
from online_models.columns import Columns

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1
DEFAULT_POLICY = 0


class Ledger(Columns):
    """Money in minor units, instants in ms.

    `price` is what the shop shows (as far as known), `unit_profit` what a unit earned at the last
    tick (NaN: not on sale, or nobody's substitute): all that decisions about other offers see of
    it. `base` is the regular price below a promotion or a manual price that ends by itself, `home`
    the price before the competitors pulled, and `pulled` whether they ever pulled it down.
    `sequence` numbers the published decisions. `raw`, `outcome`, `reason` and `edition` repeat the
    last of them; `edition` counts the versions of policies as they came; `policy`, `why` and
    `ruled_by` name the slot, the reason and the edition that rule now.
    `drawn` is the price that exploration drew on the day `drawn_on`, with its `propensity` and its
    `deviation` in logs from the mean of what might have been drawn (NaN where it did not draw).
    `undercuts` counts own undercuts that a rival answered by another, in a row.
    """

    FIELDS = {
        "price": (np.int64, NO_PRICE),
        "base": (np.int64, NO_PRICE),
        "first": (np.int64, NO_PRICE),
        "home": (np.int64, NO_PRICE),
        "pulled": (np.bool_, False),
        "revision": (np.int64, 0),
        "sequence": (np.int64, 0),
        "changed_at": (np.int64, ALWAYS),
        "day": (np.int64, -1),
        "changes": (np.int64, 0),
        "entry": (np.int64, NONE),
        "policy": (np.int32, NONE),
        "why": (np.int8, 0),
        "ruled_by": (np.int64, NONE),
        "edition": (np.int64, NONE),
        "raw": (np.int64, NO_PRICE),
        "outcome": (np.int8, NONE),
        "reason": (np.int8, NONE),
        "due": (np.int64, NEVER),
        "promotion": (np.int32, NONE),
        "reduced_by": (np.int32, NONE),
        "reduced_at": (np.int64, ALWAYS),
        "paused": (np.bool_, False),
        "override": (np.int64, NO_PRICE),
        "override_until": (np.int64, NEVER),
        "forced": (np.bool_, False),
        "rollback": (np.int64, NO_PRICE),
        "proposal": (np.int64, NONE),
        "proposal_price": (np.int64, NO_PRICE),
        "proposal_raw": (np.int64, NO_PRICE),
        "proposal_expires": (np.int64, NEVER),
        "proposal_pull": (np.bool_, False),
        "verdict": (np.int8, 0),
        "declined_raw": (np.int64, NO_PRICE),
        "declined_edition": (np.int64, NONE),
        "conflict": (np.int32, NONE),
        "conflict_told": (np.int64, ALWAYS),
        "unit_profit": (np.float64, np.nan),
        "drawn": (np.int64, NO_PRICE),
        "drawn_on": (np.int64, -1),
        "propensity": (np.float64, 1.0),
        "deviation": (np.float64, np.nan),
        "stale": (np.bool_, False),
        "below_cost": (np.bool_, False),
        "short": (np.bool_, False),
        "ack_due": (np.int64, NEVER),
        "retry_at": (np.int64, ALWAYS),
        "undercuts": (np.int16, 0),
        "rest_until": (np.int64, ALWAYS),
    }
    price: Ints
    base: Ints
    first: Ints
    home: Ints
    pulled: Flags
    revision: Ints
    sequence: Ints
    changed_at: Ints
    day: Ints
    changes: Ints
    entry: Ints
    policy: NDArray[np.int32]
    why: NDArray[np.int8]
    ruled_by: Ints
    edition: Ints
    raw: Ints
    outcome: NDArray[np.int8]
    reason: NDArray[np.int8]
    due: Ints
    promotion: NDArray[np.int32]
    reduced_by: NDArray[np.int32]
    reduced_at: Ints
    paused: Flags
    override: Ints
    override_until: Ints
    forced: Flags
    rollback: Ints
    proposal: Ints
    proposal_price: Ints
    proposal_raw: Ints
    proposal_expires: Ints
    proposal_pull: Flags
    verdict: NDArray[np.int8]
    declined_raw: Ints
    declined_edition: Ints
    conflict: NDArray[np.int32]
    conflict_told: Ints
    unit_profit: NDArray[np.float64]
    drawn: Ints
    drawn_on: Ints
    propensity: NDArray[np.float64]
    deviation: NDArray[np.float64]
    stale: Flags
    below_cost: Flags
    short: Flags
    ack_due: Ints
    retry_at: Ints
    undercuts: NDArray[np.int16]
    rest_until: Ints


def take_up(ledger: Ledger, rows: Ints) -> None:
    """Go on, step by step, from what a manual price that has ended left behind; it is no home."""
    rows = rows[ledger.price[rows] != ledger.base[rows]]
    homeless = rows[ledger.home[rows] == NO_PRICE]
    ledger.home[homeless] = ledger.base[homeless]
    ledger.base[rows] = ledger.price[rows]
