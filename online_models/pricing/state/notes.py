"""Who ordered what, for the explanation: the last human order of each kind per offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from online_models.persistence.saved import Saved, attribute

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
