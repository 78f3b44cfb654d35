"""Used goods, their worth, and the people who look at them.

The worth is no sum of logs of features: wear takes a share that depends on the category and the
condition in a curve with a knee, brands keep their worth differently with age, and quality that
no listing states matters, of which sellers know a part. Buyers come by a rate that fades with a
listing's age; each has a most that they pay, log-logistic around the worth, and haggles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from online_models.market.randomness import generator
from online_models.numerics.arrays import Floats

#: New price, half-life of the wear in years, and buyers who look in the first day.
CATEGORIES = {
    "bikes/city": (600.0, 5.0, 1.6),
    "bikes/race": (1500.0, 4.0, 1.0),
    "phones/smart": (700.0, 2.0, 4.0),
    "phones/plain": (90.0, 3.0, 2.0),
    "furniture/sofas": (900.0, 7.0, 0.8),
    "furniture/tables": (300.0, 9.0, 1.1),
}
#: Brand → (share of the new price, how much faster it wears).
BRANDS = {"aroma": (1.0, 1.0), "borea": (1.4, 0.7), "cirrus": (0.7, 1.3), "dorado": (0.9, 1.0)}
#: Condition → (share kept, years that it adds).
CONDITIONS = {"like new": (1.0, 0.0), "good": (0.88, 0.5), "fair": (0.74, 1.5), "worn": (0.55, 3.0)}
#: Buyers' limits scatter by that scale (log-logistic); of a price asked, they talk this share off.
SPREAD, HAGGLE = 0.12, 0.03
#: Scatter of the quality that no listing states, and the part that sellers know of it.
HIDDEN, KNOWN = 0.08, 0.5
#: What sellers ask above the worth that they see, and how far they are off.
MARKUP, MISJUDGED = 0.06, 0.16
#: Interest falls to this share, over so many days.
LASTING, FADING_DAYS = 0.45, 6.0
#: Listings that are taken back do so after so many days on average.
PATIENCE_DAYS = 60.0


class Good(NamedTuple):
    """A used thing, its worth (the median of what buyers would pay), and what its seller sees."""

    category: str
    condition: str
    brand: str
    years: float
    boxed: bool
    worth: float
    seen: float


@dataclass(frozen=True)
class UsedGoods:
    """The market of one seed; prices rise and fall over the year by a few per cent."""

    seed: int

    def good(self, number: int, day: float) -> Good:
        """The thing of that number, as worth on a day."""
        random = generator(self.seed, "good", number)
        category = str(random.choice(list(CATEGORIES)))
        brand = str(random.choice(list(BRANDS)))
        condition = str(random.choice(list(CONDITIONS)))
        years, boxed = float(random.gamma(2.0, 1.2)), bool(random.random() < 0.3)
        new, half, _ = CATEGORIES[category]
        share, haste = BRANDS[brand]
        kept, older = CONDITIONS[condition]
        wear = 1.0 / (1.0 + ((years * haste + older) / half) ** 1.3)
        season = 1.0 + 0.04 * np.sin(2.0 * np.pi * day / 365.0)
        stated = new * share * kept * (0.12 + 0.88 * wear) * season * (1.05 if boxed else 1.0)
        known, unknown = random.normal(0.0, HIDDEN, 2) * np.sqrt([KNOWN, 1.0 - KNOWN])
        seen = stated * np.exp(known)
        return Good(category, condition, brand, years, boxed, float(seen * np.exp(unknown)), seen)

    def record(self, good: Good) -> dict[str, Any]:
        """What a listing says of a thing."""
        return {
            "category": good.category,
            "condition": good.condition,
            "age": f"P{round(good.years * 365)}D",
            "attributes": {"brand": good.brand, "boxed": good.boxed},
            "currency": "EUR",
        }

    def asked(self, good: Good, number: int) -> float:
        """What its seller asks by themselves."""
        random = generator(self.seed, "asked", number)
        return float(good.seen * np.exp(random.normal(MARKUP, MISJUDGED)))

    def interest(self, good: Good, days: Floats) -> Floats:
        """Buyers who have looked by so many days."""
        per_day = CATEGORIES[good.category][2] / 8.0
        fading = FADING_DAYS * (1.0 - np.exp(-days / FADING_DAYS))
        found: Floats = per_day * (LASTING * days + (1.0 - LASTING) * fading)
        return found

    def buys(self, good: Good, price: float) -> float:
        """The probability that a buyer who looks pays the price."""
        final = price * (1.0 - HAGGLE)
        return float(1.0 / (1.0 + (final / good.worth) ** (1.0 / SPREAD)))

    def sold_within(self, good: Good, price: float, days: float) -> float:
        """The exact probability that a thing at a price sells within days."""
        looked = float(self.interest(good, np.array([days]))[0])
        return float(1.0 - np.exp(-looked * self.buys(good, price)))

    def sale_day(self, good: Good, price: float, number: int) -> float:
        """After how many days it sells at a price; infinity where nobody ever buys."""
        need = generator(self.seed, "sale", number).exponential() / max(
            self.buys(good, price), 1e-9
        )
        low, high = 0.0, 4000.0
        if float(self.interest(good, np.array([high]))[0]) < need:
            return float("inf")
        for _ in range(60):
            middle = (low + high) / 2.0
            if float(self.interest(good, np.array([middle]))[0]) < need:
                low = middle
            else:
                high = middle
        return high

    def patience(self, number: int) -> float:
        """After how many days its seller takes it back."""
        return float(generator(self.seed, "patience", number).exponential(PATIENCE_DAYS))
