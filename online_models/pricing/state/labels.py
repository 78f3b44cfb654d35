"""What records call each offer: texts that every decision repeats, made once."""

from __future__ import annotations

import msgspec

from online_models.shop.catalogue import Catalogue


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
