"""What a network reads: the sizes that training and serving must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from online_models.demand.networks.calendar import width
from schemas.values.instants import DAY

#: Channels of the past windows (see `inputs`).
WINDOW_CHANNELS = 8
#: Features of the price path (see `price_path`).
PRICE_FEATURES = 4
#: Static features besides the calendar and the text (see `inputs`).
STATIC_FEATURES = 28
#: Width of the hashed text features.
TEXT_FEATURES = 32
#: A season of the year is learnt only from more than one of them.
YEARLY_FROM = 500 * DAY

#: What sizes are called in a document, where it is not as here.
NAMES = {"window_ms": "bucket", "lookback": "window"}
#: Sizes by their names in a document, and the largest that a model may ask the fold for: an update
#: is input, and input has bounds.
LIMITS = {
    "bucket": 31 * DAY,
    "window": 64,
    "items": 1 << 16,
    "categories": 1 << 12,
}


@dataclass(frozen=True, slots=True)
class Spec:
    """Sizes of a network's inputs.

    >>> Spec().static
    67
    """

    #: Length of the windows, ms; a network forecasts no others.
    window_ms: int = DAY
    #: Number of past windows it sees.
    lookback: int = 14
    #: Rows of the hashed embedding tables.
    items: int = 8192
    categories: int = 128
    #: Whether it knows the season of the year.
    yearly: bool = False

    @property
    def static(self) -> int:
        """Width of the static features."""
        return STATIC_FEATURES + self.calendar + TEXT_FEATURES

    @property
    def calendar(self) -> int:
        """Width of the calendar features."""
        return width(self.window_ms, self.yearly)

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {NAMES.get(name, name): value for name, value in asdict(self).items()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Spec:
        """The inverse of `document`; ValueError, naming the field, where it is none."""
        names = {NAMES.get(name, name): name for name in cls.__slots__}
        if sorted(document) != sorted(names):
            raise ValueError(f"spec: fields are {sorted(document)}, not {sorted(names)}")
        for name, limit in LIMITS.items():
            value = document[name]
            if type(value) is not int or not 1 <= value <= limit:
                raise ValueError(f"spec.{name}: {value!r} is no integer from 1 to {limit}")
        if type(document["yearly"]) is not bool:
            raise ValueError(f"spec.yearly: {document['yearly']!r} is not true or false")
        return cls(**{names[name]: value for name, value in document.items()})

    @classmethod
    def for_span(cls, window_ms: int, span: int, **sizes: int) -> Spec:
        """For windows of `window_ms` ms over `span` ms of history: a year is learnt from two."""
        return cls(window_ms=window_ms, yearly=span >= YEARLY_FROM, **sizes)
