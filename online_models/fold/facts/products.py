"""`products`: the catalogue; a tombstone retires a product."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from pydantic import TypeAdapter

from online_models.fold.facts.fact import (
    NOBODY,
    NOTHING,
    Description,
    FactEffect,
    Handler,
    Reach,
)
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.numerics.ratios import ceil_one
from online_models.pricing.shown import imagined
from online_models.second_hand.item import Item, item
from online_models.shop.catalogue import ALWAYS, NEVER, NO_PRICE, PPM, ROLES
from schemas.records.record import decode
from schemas.records.shop.products import ChannelListing, Product
from schemas.values import durations
from schemas.values.fields import ADMITTED
from schemas.values.money import minor_digits, to_minor

#: Where a product is sold that names no channels.
DEFAULT_CHANNEL = "web"
#: A condition that makes no product a used one.
NEW = "new"
_PRODUCT = TypeAdapter(Product)


class Introduced(msgspec.Struct):
    """What a product record names."""

    category: str
    currency: str
    channels: dict[str, Any] | None = None
    fees: dict[str, Any] | None = None


def introduced(fact: Fact) -> Introduced | None:
    """The names in a product record, None for a tombstone."""
    if fact.value is None:
        return None
    record = msgspec.json.decode(fact.value, type=Introduced)
    record.channels = record.channels or {DEFAULT_CHANNEL: None}
    return record


def opened(state: State, sku: int, channel: str) -> bool:
    """Whether a product may be sold on a channel that its record does not list: the record has fees
    for the channel, or an active policy selects the channel by name.
    """
    return channel in state.catalogue.fees[sku] or channel in state.pricing.book.named_channels


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Bring one product record into the catalogue, its new offers on sale."""
    del now
    catalogue = state.catalogue
    sku = catalogue.sku(fact.key or "")
    if fact.value is None:
        catalogue.skus.retired[sku] = True
        catalogue.version += 1
        state.pricing.state.second_hand.describe(sku, None)
        return FactEffect(NOBODY, [], off_sale=_unlist(state, catalogue.sku_offers[sku]))
    product: Product = decode(_PRODUCT, fact.value, ADMITTED)
    if _changes_currency(state, sku, product):
        # its prices, costs and history are counted in the old one
        state.count("currency_changed")
        return NOTHING
    returned = bool(catalogue.skus.retired[sku])
    _describe(state, sku, product)
    thing, known = used(product), state.pricing.state.second_hand
    if thing is not None or sku in known.things:
        known.describe(sku, thing)
    channels: dict[str, ChannelListing | None] = dict(product.channels) or {DEFAULT_CHANNEL: None}
    listed: list[int] = []
    unlisted: list[int] = []
    for row in catalogue.sku_offers[sku]:
        channel = catalogue.channel_names[catalogue.offers.channel[row]]
        terms = channels.get(channel)
        _terms(state, row, channel, terms, product.currency)
        declared = channel in channels
        withheld = terms is not None and not terms.listed
        state.listing.declared[row] = declared
        state.listing.withheld[row] = withheld
        shown = bool(state.listing.seen[row]) and opened(state, sku, channel)
        on_sale = not withheld and (declared or shown)
        (listed if on_sale else unlisted).append(row)
    gone = [row for row in unlisted if catalogue.offers.listed[row]]
    # it appears anew, and the record's price is the one in force
    back = [row for row in listed if returned and state.listing.priced[row]]
    return FactEffect(
        NOBODY,
        [],
        off_sale=_unlist(state, gone),
        returned=back,
        on_sale=listed,
        description=Description(catalogue.sku_offers[sku], product),
    )


def used(product: Product) -> Item | None:
    """The used thing that a product is; None where it is new, or says nothing of its condition."""
    if product.condition is None or product.condition.strip().casefold() in ("", NEW):
        return None
    attributes = dict(product.attributes)
    age, text = None, attributes.get("age")
    if isinstance(text, str) and text.startswith("P"):
        try:
            age = durations.to_ms(text)
        except ValueError:
            pass
        else:
            del attributes["age"]
    # its SKU is its own; what it is one of is said by the attribute `product`
    return item(product.currency, product.category, product.condition, age, attributes, None)


def _unlist(state: State, rows: list[int]) -> list[int]:
    state.catalogue.offers.listed[rows] = False
    return list(rows)


def _changes_currency(state: State, sku: int, product: Product) -> bool:
    catalogue = state.catalogue
    if not catalogue.skus.known[sku]:
        return False
    return catalogue.currency_names[catalogue.skus.currency[sku]] != product.currency


def _describe(state: State, sku: int, product: Product) -> None:
    catalogue, skus = state.catalogue, state.catalogue.skus
    currency = product.currency
    skus.known[sku] = True
    skus.retired[sku] = False
    skus.digits[sku] = minor_digits(currency)
    skus.currency[sku] = catalogue.currency_names.id(currency)
    skus.category[sku] = catalogue.category_names.id(product.category)
    skus.brand[sku] = -1 if product.brand is None else catalogue.brand_names.id(product.brand)
    skus.role[sku] = ROLES.index(product.role or "core")
    skus.tax_ppm[sku] = int(product.tax_rate * PPM)
    skus.price[sku] = to_minor(product.price, currency)
    skus.cost[sku] = to_minor(product.cost, currency)
    skus.list_price[sku] = _optional(product.list_price, currency)
    skus.map_price[sku] = _optional(product.map_price, currency)
    skus.launched_at[sku] = ALWAYS if product.launched_at is None else product.launched_at
    skus.ends_at[sku] = NEVER if product.ends_at is None else product.ends_at
    catalogue.tags[sku] = product.tags
    catalogue.substitutes[sku] = product.substitutes
    catalogue.titles[sku] = product.name
    catalogue.fees[sku] = {
        channel: (int(fee.rate * PPM), to_minor(fee.fixed, currency))
        for channel, fee in product.fees.items()
    }
    catalogue.version += 1


def _terms(
    state: State, row: int, channel: str, listing: ChannelListing | None, currency: str
) -> None:
    offers, skus = state.catalogue.offers, state.catalogue.skus
    sku = offers.sku[row]
    price, cost = (None, None) if listing is None else (listing.price, listing.cost)
    stated = skus.price[sku] if price is None else to_minor(price, currency)
    moved = stated != offers.catalogue_price[row]
    if moved and imagined(state.pricing, np.array([row]))[0]:
        # the shop's own price has moved: what was paid before is past
        state.listing.reported_price[row] = np.nan
    offers.catalogue_price[row] = stated
    offers.cost[row] = skus.cost[sku] if cost is None else to_minor(cost, currency)
    fee = state.catalogue.fees[sku].get(channel, (0, 0))
    offers.fee_ppm[row], offers.fee_fixed[row] = fee
    if listing is not None and listing.returns is not None:
        # a unit that is kept pays for those that come back: rate / (1 − rate) of them
        rate = int(listing.returns.rate * PPM)
        spent = to_minor(listing.returns.cost, currency)
        offers.fee_fixed[row] += ceil_one(spent, rate, PPM - rate)


def _optional(price: Any, currency: str) -> int:
    return NO_PRICE if price is None else to_minor(price, currency)


HANDLER = Handler("products", Reach.SKU, apply)
