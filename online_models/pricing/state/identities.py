"""Names of offers and decisions, made once: ids, keys of draws, texts for records."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.partitioning import address
from online_models.shop.catalogue import Catalogue, Interner

#: Hexadecimal digits of a decision's id that say where its SKU is, and those of its offer.
_ADDRESS, _OFFER = 8, 16
_HEXADECIMAL = frozenset("0123456789abcdef")


class _Hashes:
    """A 64-bit hash of every name, in the order of the names, which may become more."""

    TRANSIENT = ("_words",)

    def __init__(self, names: Interner) -> None:
        self._names = names
        self._words = np.zeros(0, dtype=np.uint64)

    def at(self, rows: NDArray[Any]) -> NDArray[np.uint64]:
        """The hashes of these rows, (n,)."""
        fresh = self._names.names[len(self._words) :]
        if fresh:
            digests = [blake2b(name.encode(), digest_size=8).digest() for name in fresh]
            words = np.array([int.from_bytes(d, "big") for d in digests], dtype=np.uint64)
            self._words = np.concatenate([self._words, words])
        found: NDArray[np.uint64] = self._words[rows]
        return found


class Identities:
    """A 64-bit hash of (sku, channel) per offer; of names, so that all partitions agree on them.

    A decision's id is its SKU's address, that hash, and the number of the offer's decision, so it
    depends neither on offsets nor on how events were batched, and tells which partition decided. A
    collision of two offers (chance 1 in 10⁹ with 200k offers) would confuse their acknowledgements
    alone.
    """

    DERIVED = ("_prefixes", "_names", "_rows", "_words")

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._prefixes: list[str] = []
        self._names: list[bytes] = []
        self._rows: dict[str, int] = {}
        self._words = np.zeros(0, dtype=np.uint64)
        self._skus = _Hashes(catalogue.sku_names)
        self._categories = _Hashes(catalogue.category_names)
        self._channels = _Hashes(catalogue.channel_names)

    def grow(self) -> None:
        """Name the offers that the catalogue gained."""
        start, end = len(self._prefixes), self._catalogue.offers.size
        if start == end:
            return
        for row in range(start, end):
            sku, channel = self._catalogue.offer_name(row)
            offer = blake2b(f"{sku}\0{channel}".encode(), digest_size=8).hexdigest()
            prefix = f"{address(sku):08x}{offer}"
            self._prefixes.append(prefix)
            self._names.append(prefix.encode())
            self._rows[prefix] = row
        fresh = np.array([int(p[_ADDRESS:], 16) for p in self._prefixes[start:]], dtype=np.uint64)
        self._words = np.concatenate([self._words, fresh])

    def sku_words(self, skus: NDArray[Any]) -> NDArray[np.uint64]:
        """A 64-bit hash per SKU row, shape (n,)."""
        return self._skus.at(skus)

    def category_words(
        self, category: NDArray[Any], channel: NDArray[Any]
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Two words that name a category on a channel, (n,) each; categories ≥ 0."""
        return self._categories.at(category), self._channels.at(channel)

    def words(self, rows: NDArray[np.int64]) -> NDArray[np.uint64]:
        """The hashes of offers as draw keys, shape (n,)."""
        return self._words[rows]

    def decision(self, row: int, sequence: int) -> str:
        """The id of an offer's `sequence`-th published decision."""
        return f"{self._prefixes[row]}-{sequence}"

    def decisions(self, rows: Iterable[int], sequences: Iterable[int]) -> list[bytes]:
        """The ids of many decisions, ASCII."""
        names = map(self._names.__getitem__, rows)
        return list(map(b"%b-%d".__mod__, zip(names, sequences, strict=True)))

    def parse(self, decision_id: str) -> tuple[int, int] | None:
        """(offer row, sequence) of a decision of this partition, else None."""
        prefix, _, sequence = decision_id.rpartition("-")
        row = self._rows.get(prefix)
        if row is None or not (sequence.isascii() and sequence.isdecimal()):
            return None
        return row, int(sequence)


def decision_address(decision_id: str) -> int:
    """The address of the SKU of a decision; of what is no decision's id, that of the text itself,
    so that there is one partition to say so.

    >>> decision_address("0000002a2a624de5ce516289-1")
    42
    """
    prefix = decision_id.rpartition("-")[0]
    if len(prefix) == _ADDRESS + _OFFER and set(prefix) <= _HEXADECIMAL:
        return int(prefix[:_ADDRESS], 16) & 0x7FFFFFFF
    return address(decision_id)


class Labels:
    """By offer row: `fields`, the JSON fields that name it, `skus`, the key of records about its
    SKU, and `offers`, that of its changes.

    The key of a change is `sku|channel`; a bar or a backslash inside a name is escaped by a
    backslash.
    """

    DERIVED = ("fields", "skus", "offers", "_channels")

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.fields: list[bytes] = []
        self.skus: list[bytes] = []
        self.offers: list[bytes] = []
        self._channels: dict[str, tuple[str, str]] = {}

    def grow(self) -> None:
        """Label the offers that the catalogue gained."""
        for row in range(len(self.fields), self._catalogue.offers.size):
            sku, channel = self._catalogue.offer_name(row)
            texts = self._channels.get(channel)
            if texts is None:
                texts = self._channels[channel] = _json(channel), _escaped(channel)
            self.fields.append(f'"sku":{_json(sku)},"channel":{texts[0]}'.encode())
            self.skus.append(sku.encode())
            self.offers.append(f"{_escaped(sku)}|{texts[1]}".encode())


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("|", "\\|") if "|" in name or "\\" in name else name
