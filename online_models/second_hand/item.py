"""A used thing as the models see it: features by name, each with how far it may move a price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from online_models.numerics.elementary import log1p_one
from schemas.values.instants import DAY
from schemas.values.limits import LONGEST_NAME

#: Attributes of a thing that are looked at, in order of their names.
MOST_ATTRIBUTES = 12
#: The attribute that names the product which a thing is one of.
PRODUCT = "product"
#: Numbers count by their logarithms; beyond this one (e^30) they are no measure of anything.
_LARGEST = 1e13
_YEAR = 365.0


class Item(NamedTuple):
    """A used thing. `age` is in days; `attributes` are (name, number or text), the product that it
    is one of among them.
    """

    currency: str
    category: str
    condition: str
    age: float | None
    attributes: tuple[tuple[str, float | str], ...]


class Feature(NamedTuple):
    """One feature of a thing: the `group` that an explanation names it by, its value, and the
    standard deviation of its weight before anything is known. Of `open` ones there may be any
    number: they get a weight once they have come a few times.
    """

    group: str
    name: str
    value: float
    deviation: float
    open: bool = False


def item(
    currency: str,
    category: str,
    condition: str,
    age_ms: int | None,
    attributes: Mapping[str, Any],
    product: str | None,
) -> Item:
    """The thing that a record describes, maybe one of a `product`; attributes that are neither text
    nor number are left out.

    >>> item("EUR", "bikes", "good", None, {"gears": 21, "brand": "Aroma"}, None).attributes
    (('brand', 'aroma'), ('gears', 21.0))
    """
    found: list[tuple[str, float | str]] = []
    for name in sorted(attributes):
        value = attributes[name]
        if isinstance(value, bool):
            found.append((name[:LONGEST_NAME], "yes" if value else "no"))
        elif isinstance(value, (int, float)):
            found.append((name[:LONGEST_NAME], min(max(float(value), -_LARGEST), _LARGEST)))
        elif isinstance(value, str):
            found.append((name[:LONGEST_NAME], value.strip().casefold()[:LONGEST_NAME]))
    age = None if age_ms is None else age_ms / DAY
    if product is not None and PRODUCT not in attributes:
        found.insert(0, (PRODUCT, product))
    kept = tuple(found[:MOST_ATTRIBUTES])
    return Item(currency, category, condition.strip().casefold(), age, kept)


def value_features(thing: Item) -> list[Feature]:
    """What the price of a thing depends on.

    What all goods share (a condition, a brand) has a weight of its own, and each widest category
    moves it by a smaller one: so a category with few sales borrows from the rest.
    """
    paths = levels(thing.category)
    top = paths[0]
    found = [Feature(BASE, f"currency {thing.currency}", 1.0, 12.0)]
    found += [Feature(BASE, f"category {path}", 1.0, 1.0) for path in paths]
    condition = f"condition {thing.condition}"
    found.append(Feature(condition, condition, 1.0, 0.5))
    found.append(Feature(condition, f"{condition} in {top}", 1.0, 0.2))
    if thing.age is not None:
        years = log1p_one(max(thing.age, 0.0) / _YEAR)
        found += _curve("age", years, top)
    for name, value in thing.attributes:
        if isinstance(value, str):
            group = f"{name} {value}"
            word = f"attribute {name}={value}"
            found.append(Feature(group, word, 1.0, 0.4, open=True))
            found.append(Feature(group, f"{word} in {top}", 1.0, 0.3, open=True))
        else:
            size = log1p_one(abs(value))
            found += _curve(name, -size if value < 0.0 else size, top)
    return found


def sale_features(thing: Item) -> list[Feature]:
    """What else than price and time on the market the speed of a sale depends on."""
    return [Feature("", f"category {path}", 1.0, 0.5) for path in levels(thing.category)]


#: The group of what all things of a category have in common.
BASE = "category"


def levels(category: str) -> list[str]:
    """The category and those above it, the widest first.

    >>> levels("kitchen/grinders")
    ['kitchen', 'kitchen/grinders']
    """
    parts = category.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def _curve(name: str, value: float, top: str) -> list[Feature]:
    """A number: a straight line and a bend, and what the category makes of the line."""
    return [
        Feature(name, f"number {name}", value, 0.4),
        Feature(name, f"number {name} bent", value * value / 4.0, 0.2),
        Feature(name, f"number {name} in {top}", value, 0.2),
    ]
