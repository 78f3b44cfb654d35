"""Human commands that stand: the kill switch, and who ordered what, for the explanation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Document, Items
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.policy.selection import selected
from online_models.pricing.state.ledger import Ledger
from online_models.shop.catalogue import NO_PRICE, Catalogue
from schemas.records.policy.selection import Selector
from schemas.records.pricing_control import Pause, Resume

#: Said where no order is on record.
_NOTHING = "{}"


class Notes:
    """Kind of order → offer row → JSON of what was said."""

    SAVED = Saved(texts=attribute("_texts", dict[str, dict[int, str]]))

    def __init__(self) -> None:
        self._texts: dict[str, dict[int, str]] = {}

    def write(self, kind: str, rows: Iterable[int], said: Mapping[str, Any]) -> None:
        """Take down an order for some offers; fields that are None are left out."""
        text = msgspec.json.encode({k: v for k, v in said.items() if v is not None}).decode()
        self._texts.setdefault(kind, {}).update(dict.fromkeys(rows, text))

    def erase(self, kind: str, rows: Iterable[int]) -> None:
        """Forget orders that hold no longer."""
        texts = self._texts.get(kind, {})
        for row in rows:
            texts.pop(row, None)

    def read(self, kind: str, rows: Iterable[int]) -> list[bytes]:
        """What was said, JSON objects."""
        texts = self._texts.get(kind, {})
        return [texts.get(row, _NOTHING).encode() for row in rows]


Ints = NDArray[np.int64]


class KillSwitch:
    """Pauses and resumptions; what they say of an offer is in the ledger."""

    SAVED = Saved(standing=attribute("_standing", Items(Document(Pause | Resume))))

    def __init__(self, catalogue: Catalogue, ledger: Ledger, notes: Notes) -> None:
        self._catalogue = catalogue
        self._ledger = ledger
        self._notes = notes
        #: What offers still to come inherit, in the order in which it was ordered.
        self._standing: list[Pause | Resume] = []

    def turn(self, record: Pause | Resume) -> Ints:
        """Stop or start the offers selected; returns them."""
        self._stand(record)
        return self._apply(record, priced(self._catalogue, self._ledger, record.select))

    def inherit(self, rows: Ints) -> None:
        """Offers appeared while it is on."""
        for record in self._standing:
            concerned = priced(self._catalogue, self._ledger, record.select)
            self._apply(record, np.intersect1d(rows, concerned))

    def _stand(self, record: Pause | Resume) -> None:
        """Keep the order; a resumption of all ends every pause."""
        if isinstance(record, Resume) and record.select == Selector():
            self._standing = []
            return
        others = [order for order in self._standing if order.select != record.select]
        self._standing = [*others, record]

    def _apply(self, record: Pause | Resume, rows: Ints) -> Ints:
        if isinstance(record, Pause):
            self._ledger.paused[rows] = True
            said = {"actor": record.actor, "reason": record.reason}
            self._notes.write("paused", rows.tolist(), said)
            return rows
        self._ledger.paused[rows] = False
        release(self._ledger, self._notes, rows)
        self._notes.erase("paused", rows.tolist())
        return rows


def priced(catalogue: Catalogue, ledger: Ledger, selector: Selector) -> Ints:
    """Offers selected that have a price."""
    rows = selected(catalogue, selector)
    found: Ints = rows[ledger.price[rows] != NO_PRICE]
    return found


def release(ledger: Ledger, notes: Notes, rows: Ints) -> None:
    """A rollback holds these offers no longer."""
    ledger.rollback_price[rows] = NO_PRICE
    notes.erase("rollback", rows.tolist())
