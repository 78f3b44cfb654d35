"""The books of the prices: one row per offer, all that a decision must remember."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.shop.catalogue import ALWAYS, NEVER, NO_PRICE

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
    `forced` says whether the manual price may pass the guardrails, `by_force` whether the price in
    force came about so.
    `undercuts` counts own undercuts that a rival answered by another, in a row.
    """

    price: Ints = column(np.int64, NO_PRICE)
    base: Ints = column(np.int64, NO_PRICE)
    first: Ints = column(np.int64, NO_PRICE)
    home: Ints = column(np.int64, NO_PRICE)
    pulled: Flags = column(np.bool_, False)
    revision: Ints = column(np.int64, 0)
    sequence: Ints = column(np.int64, 0)
    changed_at: Ints = column(np.int64, ALWAYS)
    day: Ints = column(np.int64, -1)
    changes: Ints = column(np.int64, 0)
    entry: Ints = column(np.int64, NONE)
    policy: NDArray[np.int32] = column(np.int32, NONE)
    why: NDArray[np.int8] = column(np.int8, 0)
    ruled_by: Ints = column(np.int64, NONE)
    edition: Ints = column(np.int64, NONE)
    raw: Ints = column(np.int64, NO_PRICE)
    outcome: NDArray[np.int8] = column(np.int8, NONE)
    reason: NDArray[np.int8] = column(np.int8, NONE)
    due: Ints = column(np.int64, NEVER)
    promotion: NDArray[np.int32] = column(np.int32, NONE)
    reduced_by: NDArray[np.int32] = column(np.int32, NONE)
    reduced_at: Ints = column(np.int64, ALWAYS)
    paused: Flags = column(np.bool_, False)
    override: Ints = column(np.int64, NO_PRICE)
    override_until: Ints = column(np.int64, NEVER)
    forced: Flags = column(np.bool_, False)
    by_force: Flags = column(np.bool_, False)
    rollback: Ints = column(np.int64, NO_PRICE)
    proposal: Ints = column(np.int64, NONE)
    proposal_price: Ints = column(np.int64, NO_PRICE)
    proposal_raw: Ints = column(np.int64, NO_PRICE)
    proposal_expires: Ints = column(np.int64, NEVER)
    proposal_pull: Flags = column(np.bool_, False)
    verdict: NDArray[np.int8] = column(np.int8, 0)
    declined_raw: Ints = column(np.int64, NO_PRICE)
    declined_edition: Ints = column(np.int64, NONE)
    conflict: NDArray[np.int32] = column(np.int32, NONE)
    conflict_told: Ints = column(np.int64, ALWAYS)
    unit_profit: NDArray[np.float64] = column(np.float64, np.nan)
    drawn: Ints = column(np.int64, NO_PRICE)
    drawn_on: Ints = column(np.int64, -1)
    propensity: NDArray[np.float64] = column(np.float64, 1.0)
    deviation: NDArray[np.float64] = column(np.float64, np.nan)
    stale: Flags = column(np.bool_, False)
    below_cost: Flags = column(np.bool_, False)
    short: Flags = column(np.bool_, False)
    ack_due: Ints = column(np.int64, NEVER)
    retry_at: Ints = column(np.int64, ALWAYS)
    undercuts: NDArray[np.int16] = column(np.int16, 0)
    rest_until: Ints = column(np.int64, ALWAYS)


def take_up(ledger: Ledger, rows: Ints) -> None:
    """Go on, step by step, from what a manual price that has ended left behind; it is no home."""
    rows = rows[ledger.price[rows] != ledger.base[rows]]
    homeless = rows[ledger.home[rows] == NO_PRICE]
    ledger.home[homeless] = ledger.base[homeless]
    ledger.base[rows] = ledger.price[rows]
