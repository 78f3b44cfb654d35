"""`contract-prices`: what a customer, or a group of customers, was promised for a product."""

from __future__ import annotations

from pydantic import TypeAdapter

from online_models.fold.facts.fact import NOBODY, NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from online_models.pricing.contracts.contract_offers import contract_offers, ended, replaced
from online_models.pricing.trade.contract_book import ContractTerms, until
from schemas.records.record import decode
from schemas.records.wholesale.contract_prices import ContractPrice
from schemas.values.money import to_minor

_CONTRACT = TypeAdapter(ContractPrice)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Take up or end a promise; publish it where the product is on sale."""
    record: ContractPrice = decode(_CONTRACT, fact.value or b"")
    pricing, catalogue = state.pricing, state.catalogue
    pricing.grow()
    sku = catalogue.sku(record.sku)
    if catalogue.skus.known[sku]:
        own = catalogue.currency_names[catalogue.skus.currency[sku]]
        if own != record.currency:
            state.count("currency_mismatch")
            return NOTHING
    terms = ContractTerms(
        record.contract_id,
        record.channel,
        record.customer_id,
        record.segment,
        to_minor(record.price, record.currency),
        record.minimum_quantity,
        record.valid_from,
        until(record.valid_until),
        record.terms,
    )
    if record.cancelled:
        before = pricing.state.trade.contracts.end(record.sku, terms)
        outputs = [] if before is None else ended(pricing, record.sku, before, now)
    else:
        before = pricing.state.trade.contracts.put(record.sku, terms)
        outputs = contract_offers(pricing, record.sku, now, record.channel, moved=False)
        if before is not None:
            outputs += replaced(pricing, record.sku, before, terms, now)
    return FactEffect(NOBODY, [] if state.settings.observe_only else outputs)


HANDLER = Handler("contract-prices", Reach.SKU, apply, of_prices=True)
