"""A price that holds for a while: what a customer saw is what the check-out asks."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from decimal import Decimal
from hashlib import sha256

import msgspec

from streams.client.prices import Quote

#: A shorter one can be guessed.
SHORTEST_SECRET = 16


class Locked(msgspec.Struct, frozen=True):
    """A price that holds for a customer before `until`, ms; `price` is of one of `quantity`."""

    sku: str
    channel: str
    price: Decimal
    currency: str
    quantity: int
    decision_id: str
    until: int
    customer: str | None = None


class PriceLocks:
    """Makes tokens that say what a quoted price is and until when it holds, and reads them.

    A token is signed: whoever holds it can read it, and cannot change it. So a shop may keep it in
    a basket, a cookie or a link, and needs no table of locks.

    Parameters
    ----------
    secret
        Of the shop's own, at least 16 bytes; ValueError where it is shorter.
    hold_ms
        How long a price holds; an offer that ends sooner ends the lock, too.
    """

    def __init__(self, secret: bytes, hold_ms: int = 30 * 60_000) -> None:
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(f"the secret has {len(secret)} bytes, not {SHORTEST_SECRET} or more")
        self._secret = secret
        self._hold_ms = hold_ms

    def lock(
        self, quote: Quote, *, now: int, quantity: int = 1, customer: str | None = None
    ) -> str:
        """A token for the price of `quote`; `customer`: the only one who may use it."""
        until = now + self._hold_ms
        if quote.valid_until is not None:
            until = min(until, quote.valid_until)
        named = (quote.sku, quote.channel, quote.price, quote.currency)
        locked = Locked(*named, quantity, quote.decision_id, until, customer)
        body = msgspec.json.encode(locked)
        return f"{_text(body)}.{_text(self._signature(body))}"

    def read(
        self, token: str, *, now: int, quantity: int = 1, customer: str | None = None
    ) -> Locked | None:
        """What the token promises; None where it is none of ours, is over, names another
        customer, or holds for a larger quantity only.
        """
        body_text, _, signature = token.partition(".")
        try:
            body, given = _bytes(body_text), _bytes(signature)
        except (NoBase64, ValueError):
            return None
        if not hmac.compare_digest(given, self._signature(body)):
            return None
        locked = msgspec.json.decode(body, type=Locked)
        fits = locked.customer in (None, customer) and quantity >= locked.quantity
        return locked if fits and now < locked.until else None

    def price(
        self,
        token: str | None,
        quote: Quote,
        *,
        now: int,
        quantity: int = 1,
        customer: str | None = None,
    ) -> Decimal:
        """What the check-out asks: the locked price, or that of `quote` where it is lower."""
        locked = None
        if token is not None:
            locked = self.read(token, now=now, quantity=quantity, customer=customer)
        known = (quote.sku, quote.channel, quote.currency)
        if locked is None or (locked.sku, locked.channel, locked.currency) != known:
            return quote.price
        return min(locked.price, quote.price)

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, sha256)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
