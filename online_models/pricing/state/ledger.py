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
#: Of `reported_conflict`, this less a code is that of bounds that leave no way to the wanted price;
#: a code itself is that of bounds that leave no price at all.
BLOCKED = -2


class Ledger(Columns):
    """Money in minor units, instants in ms, days by their number since the epoch.

    `price` is what the shop shows (as far as known), `unit_profit` what a unit earned at the last
    tick (NaN: not on sale, or nobody's substitute): all that decisions about other offers see of
    it. `regular_price` is the price below a promotion or a manual price that ends by itself,
    `pre_match_price` the one before competitors moved it. `changes_on_day` counts the changes of
    the day `changes_day`.
    `sequence` numbers the published decisions. `raw_price`, `outcome`, `reason` and
    `policy_version` repeat the last of them; versions of policies are numbered as they came.
    `policy`, `ruling_reason` and `ruling_version` say which policy rules now, why, and in which
    version. `history_entry` is the last entry of the offer in the price history.
    `drawn_price` is the price that exploration drew on `drawn_day`, with its `propensity` and its
    `deviation` in logs from the mean of what might have been drawn (NaN where it did not draw).
    `override_forced` says whether the manual price may pass the guardrails, `price_forced` whether
    the price in force came about so, and only so.
    In `shadow` a price is decided but not for the shop to show: `revision` stands still.
    `answered_undercuts` counts own undercuts that a competitor answered by another, in a row.
    `offers_sequence` is the decision that prices below the public one belong to (NONE: there are
    none), `offers_floor` the lowest legal price when they were said.
    What ends with `_reported` has led to an alert already.
    """

    price: Ints = column(np.int64, NO_PRICE)
    regular_price: Ints = column(np.int64, NO_PRICE, saved_as="base")
    reference_price: Ints = column(np.int64, NO_PRICE, saved_as="first")
    pre_match_price: Ints = column(np.int64, NO_PRICE, saved_as="home")
    revision: Ints = column(np.int64, 0)
    sequence: Ints = column(np.int64, 0)
    changed_at: Ints = column(np.int64, ALWAYS)
    changes_day: Ints = column(np.int64, -1, saved_as="day")
    changes_on_day: Ints = column(np.int64, 0, saved_as="changes")
    history_entry: Ints = column(np.int64, NONE, saved_as="entry")
    policy: NDArray[np.int32] = column(np.int32, NONE)
    ruling_reason: NDArray[np.int8] = column(np.int8, 0, saved_as="why")
    ruling_version: Ints = column(np.int64, NONE, saved_as="ruled_by")
    policy_version: Ints = column(np.int64, NONE, saved_as="edition")
    raw_price: Ints = column(np.int64, NO_PRICE, saved_as="raw")
    outcome: NDArray[np.int8] = column(np.int8, NONE)
    reason: NDArray[np.int8] = column(np.int8, NONE)
    due: Ints = column(np.int64, NEVER)
    promotion: NDArray[np.int32] = column(np.int32, NONE)
    reduced_by: NDArray[np.int32] = column(np.int32, NONE)
    reduced_at: Ints = column(np.int64, ALWAYS)
    shadow: Flags = column(np.bool_, False)
    paused: Flags = column(np.bool_, False)
    override_price: Ints = column(np.int64, NO_PRICE, saved_as="override")
    override_until: Ints = column(np.int64, NEVER)
    override_forced: Flags = column(np.bool_, False, saved_as="forced")
    price_forced: Flags = column(np.bool_, False, saved_as="by_force")
    rollback_price: Ints = column(np.int64, NO_PRICE, saved_as="rollback")
    proposal: Ints = column(np.int64, NONE)
    proposal_price: Ints = column(np.int64, NO_PRICE)
    proposal_raw_price: Ints = column(np.int64, NO_PRICE, saved_as="proposal_raw")
    proposal_expires: Ints = column(np.int64, NEVER)
    proposal_follows: Flags = column(np.bool_, False, saved_as="proposal_pull")
    verdict: NDArray[np.int8] = column(np.int8, 0)
    declined_raw_price: Ints = column(np.int64, NO_PRICE, saved_as="declined_raw")
    declined_version: Ints = column(np.int64, NONE, saved_as="declined_edition")
    reported_conflict: NDArray[np.int32] = column(np.int32, NONE, saved_as="conflict")
    conflict_reported_ms: Ints = column(np.int64, ALWAYS, saved_as="conflict_told")
    unit_profit: NDArray[np.float64] = column(np.float64, np.nan)
    drawn_price: Ints = column(np.int64, NO_PRICE, saved_as="drawn")
    drawn_day: Ints = column(np.int64, -1, saved_as="drawn_on")
    propensity: NDArray[np.float64] = column(np.float64, 1.0)
    deviation: NDArray[np.float64] = column(np.float64, np.nan)
    stale_reported: Flags = column(np.bool_, False, saved_as="stale")
    below_cost_reported: Flags = column(np.bool_, False, saved_as="below_cost")
    stockout_reported: Flags = column(np.bool_, False, saved_as="short")
    ack_due: Ints = column(np.int64, NEVER)
    retry_at: Ints = column(np.int64, ALWAYS)
    answered_undercuts: NDArray[np.int16] = column(np.int16, 0, saved_as="undercuts")
    undercut_pause_until: Ints = column(np.int64, ALWAYS, saved_as="rest_until")
    offers_sequence: Ints = column(np.int64, NONE, optional=True)
    offers_floor: Ints = column(np.int64, NO_PRICE, optional=True)


def take_shown_as_regular(ledger: Ledger, rows: Ints) -> None:
    """Go on, step by step, from what a manual price that has ended left behind."""
    rows = rows[ledger.price[rows] != ledger.regular_price[rows]]
    unmatched = rows[ledger.pre_match_price[rows] == NO_PRICE]
    ledger.pre_match_price[unmatched] = ledger.regular_price[unmatched]
    ledger.regular_price[rows] = ledger.price[rows]
