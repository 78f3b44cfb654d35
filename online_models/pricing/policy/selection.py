"""Which selector an offer meets, and how specific that is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.shop.catalogue import ROLES, Catalogue
from schemas.records.policy.selection import Selector


class Traits(NamedTuple):
    """What a selector can see of an offer."""

    sku: str
    channel: str
    category: str
    brand: str | None
    role: str
    tags: tuple[str, ...]


class Specificity(NamedTuple):
    """Compared in order: naming the SKU, the number of lists that bind, the category's depth."""

    names_sku: bool
    lists: int
    depth: int


def traits(catalogue: Catalogue, row: int) -> Traits:
    """The traits of an offer row."""
    sku, channel = int(catalogue.offers.sku[row]), int(catalogue.offers.channel[row])
    category, brand = int(catalogue.skus.category[sku]), int(catalogue.skus.brand[sku])
    return Traits(
        catalogue.sku_names[sku],
        catalogue.channel_names[channel],
        "" if category < 0 else catalogue.category_names[category],
        None if brand < 0 else catalogue.brand_names[brand],
        ROLES[catalogue.skus.role[sku]],
        catalogue.tags[sku],
    )


def specificity(selector: Selector, offer: Traits) -> Specificity | None:
    """How specifically `selector` selects the offer; None where it does not.

    >>> offer = Traits("a", "web", "food/coffee", None, "core", ())
    >>> specificity(Selector(categories=("food",)), offer)
    Specificity(names_sku=False, lists=1, depth=1)
    >>> specificity(Selector(categories=("foo",)), offer) is None
    True
    """
    depth = 0
    if selector.skus and offer.sku not in selector.skus:
        return None
    if selector.channels and offer.channel not in selector.channels:
        return None
    if selector.categories:
        depth = max((_depth(name, offer.category) for name in selector.categories), default=0)
        if not depth:
            return None
    if selector.brands and offer.brand not in selector.brands:
        return None
    if selector.roles and offer.role not in selector.roles:
        return None
    if selector.tags and not any(tag in selector.tags for tag in offer.tags):
        return None
    lists = (
        selector.skus,
        selector.categories,
        selector.brands,
        selector.tags,
        selector.roles,
        selector.channels,
    )
    return Specificity(bool(selector.skus), sum(1 for names in lists if names), depth)


def selected(catalogue: Catalogue, selector: Selector) -> NDArray[np.int64]:
    """The offer rows that a selector selects, ascending."""
    offers, skus = catalogue.offers, catalogue.skus
    if selector.skus:
        index = catalogue.sku_names.index
        named = [index[name] for name in dict.fromkeys(selector.skus) if name in index]
        rows = sorted(row for sku in named for row in catalogue.sku_offers[sku])
        chosen = np.array(rows, dtype=np.int64)
    else:
        chosen = np.arange(offers.size)
    tests: list[tuple[list[bool], NDArray[np.integer[Any]]]] = []
    sku = offers.sku[chosen]
    if selector.channels:
        names = catalogue.channel_names.names
        tests.append(([n in selector.channels for n in names], offers.channel[chosen]))
    if selector.categories:
        fits = [
            any(_depth(name, own) for name in selector.categories)
            for own in catalogue.category_names.names
        ]
        tests.append((fits, skus.category[sku]))
    if selector.brands:
        names = catalogue.brand_names.names
        tests.append(([n in selector.brands for n in names], skus.brand[sku]))
    if selector.roles:
        tests.append(([n in selector.roles for n in ROLES], skus.role[sku]))
    keep = np.ones(len(chosen), dtype=np.bool_)
    for fits, codes in tests:
        # One more entry at the end: code −1, for what the product does not say.
        keep &= np.array([*fits, False], dtype=np.bool_)[codes]
    chosen = chosen[keep]
    if selector.tags:
        tagged = [
            any(tag in selector.tags for tag in catalogue.tags[code])
            for code in offers.sku[chosen].tolist()
        ]
        chosen = chosen[np.array(tagged, dtype=np.bool_)]
    return chosen


def _depth(selected_category: str, category: str) -> int:
    """Depth of a selected category that contains `category`, else 0."""
    if category == selected_category or category.startswith(selected_category + "/"):
        return selected_category.count("/") + 1
    return 0
