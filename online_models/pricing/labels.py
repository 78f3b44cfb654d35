"""What records call each offer: texts that every decision repeats, made once."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from online_models.catalogue import Catalogue


class Label(NamedTuple):
    """JSON fields that name the offer, the key of records about its SKU, and of its changes."""

    fields: bytes
    sku: bytes
    offer: bytes


class Labels:
    """A label per offer row.

    The key of a change is `sku|channel`; a bar or a backslash inside a name is escaped by a
    backslash.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._labels: list[Label] = []
        self._channels: dict[str, tuple[str, str]] = {}

    def grow(self) -> None:
        """Label the offers that the catalogue gained."""
        for row in range(len(self._labels), self._catalogue.offers.size):
            sku, channel = self._catalogue.offer_name(row)
            told = self._channels.get(channel)
            if told is None:
                told = self._channels[channel] = _json(channel), _escaped(channel)
            fields = f'"sku":{_json(sku)},"channel":{told[0]}'.encode()
            key = f"{_escaped(sku)}|{told[1]}".encode()
            self._labels.append(Label(fields, sku.encode(), key))

    def __getitem__(self, row: int) -> Label:
        return self._labels[row]


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("|", "\\|") if "|" in name or "\\" in name else name
