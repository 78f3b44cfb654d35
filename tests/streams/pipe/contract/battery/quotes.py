"""Quotes: never dearer than what the customer pays anyway, never cheaper than the policy allows."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from tests.streams.pipe.contract.battery.explained import explained
from tests.streams.pipe.contract.battery.known import HALF, Known, Record, share


class QuoteJudge:
    """Looks at quotes; `proposals` are the decision ids of those that wait for approval."""

    def __init__(self, known: Known, seen: Counter[str]) -> None:
        self.proposals: list[str] = []
        self._known, self._seen = known, seen

    def answered(self, value: Record) -> None:
        """The answer to a request."""
        known = self._known
        request = known.requests[value["quote_id"]]
        if value["status"] not in ("offered", "proposed"):
            assert value["status"] != "declined" or value["lines"] == []
            return
        if value["reason"].startswith("offered by"):
            self._approved(value)
            return
        if value["status"] == "proposed":
            self.proposals.append(value["decision_id"])
        terms = known.segment_terms(value["segment"])["quotes"]
        most, channel = share(terms["largest_discount"]), value["channel"]
        total = public_total = entitled = Fraction(0)
        learnt = known.segment_terms(value["segment"]).get("optimise_breaks") is not None
        for line, wanted in zip(value["lines"], request["lines"], strict=True):
            sku, quantity = wanted["sku"], wanted["quantity"]
            explained(line["explanation"], line["unit_price"], known.currency)
            price, public = known.minor(line["unit_price"]), known.public_price(sku, channel)
            assert known.minor(line["public_price"]) == public
            lowest, highest = known.floor(sku, channel), known.ceiling(sku, channel)
            assert lowest <= price <= highest, (line, lowest)
            customer = request["customer_id"]
            least = known.entitled(sku, channel, value["segment"], customer, quantity)
            # never dearer than what the customer pays anyway
            assert price <= least + HALF
            if not learnt:
                assert price >= min((least - HALF) * (1 - most) - HALF, highest), line
            total, public_total = total + price * quantity, public_total + public * quantity
            # what a bound takes away is no discount that anybody approves
            entitled += min(least - HALF, highest) * quantity
        assert known.minor(value["total"]) == total
        assert known.minor(value["public_total"]) == public_total
        expected, waits = value["expected"], terms["approval_above"]
        assert expected["lower"] <= expected["probability"] <= expected["upper"]
        assert 0 < value["propensity"] <= 1
        if waits is None:
            assert value["status"] == "offered"
        elif value["status"] == "offered" and not learnt:
            assert total >= entitled * (1 - share(waits))

    def _approved(self, value: Record) -> None:
        """A quote that somebody approves is legal by what holds then."""
        self._seen["approved"] += 1
        for line in value["lines"]:
            at = line["sku"], value["channel"]
            price = self._known.minor(line["unit_price"])
            assert self._known.floor(*at) <= price <= self._known.ceiling(*at), line
