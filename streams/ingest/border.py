"""What an event must pass to get in: a sane time, a known currency, a hash for a name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from schemas.values.instants import DAY, EARLIEST, LATEST
from schemas.values.instants import to_text as instant_text
from schemas.values.money import MOST_DIGITS, minor_digits, rescaled
from streams.ingest.currency.currencies import Currencies
from streams.ingest.hashing import KeyedHash

#: An event this far ahead of the moment it was sent is a wrong clock, and would close every bucket
#: between. A day allows for any time zone mistaken for UTC.
FURTHEST_AHEAD = DAY


class Border:
    """Checks shared by all topics. `key` is the secret of the keyed hashes."""

    def __init__(self, key: bytes, rates: Mapping[str, Decimal] | None = None) -> None:
        self.customer = KeyedHash(key, "customer")
        self.session = KeyedHash(key, "session")
        self.currencies = Currencies(rates or {})

    def refuses(self, time: int, timestamp: int) -> str | None:
        """Why an event time cannot be true, or None; `timestamp`: the record's own, −1 if none."""
        if not EARLIEST <= time <= LATEST:
            if time < 0:
                return "time: absent, and the record has no timestamp either"
            return f"time: absent, and the record's timestamp {time} is no epoch milliseconds"
        if time - timestamp > FURTHEST_AHEAD and timestamp >= 0:
            return (
                f"time: {instant_text(time)} is more than a day ahead of the record's own"
                f" timestamp {instant_text(timestamp)}"
            )
        return None

    def price_shown(self, sku: str, finest: int | None) -> int:
        """A click's price in minor units of its product's currency, −1 where that is not known."""
        if finest is None:
            return -1
        currency = self.currencies.of_sku.get(sku)
        if currency is None:
            return -1
        return rescaled(finest, MOST_DIGITS, minor_digits(currency))
