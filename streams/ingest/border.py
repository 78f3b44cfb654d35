"""What an event must pass to get in: a sane time, a known currency, a hash for a name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from online_models.journal.bounded import LEAD
from schemas.values.instants import EARLIEST, LATEST, MINUTE
from schemas.values.instants import to_text as instant_text
from schemas.values.money import MOST_DIGITS, minor_digits, rescaled
from streams.ingest.currency.currencies import Currencies
from streams.ingest.hashing import KeyedHash


class Border:
    """Checks shared by all topics. `key` is the secret of the keyed hashes."""

    def __init__(self, key: bytes, rates: Mapping[str, Decimal] | None = None) -> None:
        self.customer = KeyedHash(key, "customer")
        self.session = KeyedHash(key, "session")
        self.currencies = Currencies(rates or {})
        #: The broker's time, ms, where there is a broker.
        self.now: int | None = None

    def latest(self) -> int:
        """The latest event time that can be true now, ms.

        A clock that runs ahead ends what ends by itself for everybody: an event far ahead of the
        broker's clock, or of the moment at which its record says that it was sent, is no event.
        """
        return LATEST if self.now is None else self.now + LEAD

    def refuses(self, time: int, timestamp: int) -> str | None:
        """Why an event time cannot be true, or None; `timestamp`: the record's own, −1 if none."""
        if not EARLIEST <= time <= LATEST:
            if time < 0:
                return "time: absent, and the record has no timestamp either"
            return f"time: absent, and the record's timestamp {time} is no epoch milliseconds"
        if time > self.latest():
            return _ahead(time, "the broker's clock,", self.now or 0)
        if time - timestamp > LEAD and timestamp >= 0:
            return _ahead(time, "the record's own timestamp", timestamp)
        return None

    def price_shown(self, sku: str, finest: int | None) -> int:
        """A click's price in minor units of its product's currency, −1 where that is not known."""
        if finest is None:
            return -1
        currency = self.currencies.of_sku.get(sku)
        if currency is None:
            return -1
        return rescaled(finest, MOST_DIGITS, minor_digits(currency))


def _ahead(time: int, of: str, then: int) -> str:
    minutes = LEAD // MINUTE
    return (
        f"time: {instant_text(time)} is more than {minutes} minutes ahead of {of} "
        f"{instant_text(then)}"
    )
