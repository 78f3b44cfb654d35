"""How a shop finds the personal offers of a customer, whose id the pricer never keeps."""

from __future__ import annotations

from streams.ingest.hashing import KeyedHash


def customer_hash(key: str, customer_id: str) -> str:
    """What `price-offers` name in `customer` for an id that the shop's orders name.

    `key` is the setting `customer_key` of the pricer. The recipe, for other languages: BLAKE2b
    (RFC 7693) with a digest of 8 bytes and the first 64 bytes of the key, over the text `customer`,
    a zero byte and the id, all in UTF-8; the 8 bytes are a little-endian number, written as 16
    hexadecimal digits.

    >>> customer_hash("secret", "c-9")
    'de8c29b7fe7dcb38'
    """
    return KeyedHash(key.encode(), "customer").text(customer_id)
