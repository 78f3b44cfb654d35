"""What the sentences before and after the steps say: the decision, the policy, what is expected."""

from __future__ import annotations

import re
from datetime import datetime

from tests.online_models.pricing.explanation.reading import arithmetic
from tests.online_models.pricing.explanation.reading.arithmetic import DAY
from tests.online_models.pricing.explanation.reading.reader import MONEY, Reading, form

_WHERE = r" \(([\w ]+)\): (.+) on (.+) at (\S+), decision (\S+)\."


@form(rf"The price changes from ({MONEY}) to ({MONEY}) (\w+)" + _WHERE)
def whole_changed(reading: Reading, match: re.Match[str]) -> None:
    _head(reading, match, "changed", moves=True)


@form(rf"A manual order changes the price from ({MONEY}) to ({MONEY}) (\w+)" + _WHERE)
def whole_overridden(reading: Reading, match: re.Match[str]) -> None:
    _head(reading, match, "overridden", moves=True)


@form(rf"A change from ({MONEY}) to ({MONEY}) (\w+) waits for approval" + _WHERE)
def whole_proposed(reading: Reading, match: re.Match[str]) -> None:
    _head(reading, match, "proposed", moves=True)


@form(rf"A proposal is turned down and the price stays at ({MONEY})() (\w+)" + _WHERE)
def whole_rejected(reading: Reading, match: re.Match[str]) -> None:
    _head(reading, match, "rejected", moves=False)


@form(rf"The price stays at ({MONEY})() (\w+)" + _WHERE)
def whole_held(reading: Reading, match: re.Match[str]) -> None:
    _head(reading, match, "held", moves=False)


def _head(reading: Reading, match: re.Match[str], outcome: str, *, moves: bool) -> None:
    before, after, currency, reason, sku, channel, time, decision_id = match.groups()
    facts, decision = reading.facts, reading.decision
    reading.same(outcome, decision["outcome"], "the outcome")
    reading.same(reading.minor(before), facts.price, "the price before")
    reading.same(reading.minor(after or before), reading.minor(decision["price"]), "the price")
    reading.same(reading.minor(after or before) != facts.price, moves, "that the price moves")
    reading.same(currency, facts.currency, "the currency")
    reading.same((sku, channel), reading.offer, "the offer")
    at = round(datetime.fromisoformat(time).timestamp() * 1000)
    reading.same(at, facts.now, "the time")
    said = decision["reason"].replace("_", " ")
    reading.same((reason, decision_id), (said, decision["decision_id"]), "the record")


@form(r"Policy (.+), version (\d+) rules: (.+)\.")
def whole_ruled(reading: Reading, match: re.Match[str]) -> None:
    named, version, why = match.groups()
    facts = reading.facts
    fits = [
        (policy.priority, fit, policy)
        for policy in facts.policies
        if policy.status == "active"
        and (fit := arithmetic.specificity(policy.select, facts)) is not None
    ]
    if not fits:
        said = "default", "0", "no policy selects the offer"
        reading.same(match.groups(), said, "who rules")
        return
    highest = max(priority for priority, _, _ in fits)
    best = [(fit, policy) for priority, fit, policy in fits if priority == highest]
    closest = max(fit for fit, _ in best)
    last = sorted((policy.policy_id, policy) for fit, policy in best if fit == closest)
    ruler = last[0][1]
    reading.same((named, version), (ruler.policy_id, str(ruler.version)), "who rules")
    if len(fits) == 1:
        true = "the only policy that selects the offer"
    elif len(best) == 1:
        true = "the highest priority"
    elif len(last) == 1:
        true = "the most specific selector of that priority"
    else:
        true = "the first id among policies of equal priority and specificity"
    reading.same(why, true, "why it rules")


_EXPECTED = (
    r"(Expected over the horizon"
    r"|Nothing of its sales is learnt yet; of offers like it is expected over the horizon): "
    rf"(\S+) units and a profit of ({MONEY}) \(90 %: ({MONEY}) to ({MONEY})\)"
)


@form(_EXPECTED + r"\.")
def whole_expected(reading: Reading, match: re.Match[str]) -> None:
    reading.same(reading.price, reading.facts.price, "that the price stays")
    _outlook(reading, match, reading.facts.price)


@form(_EXPECTED + rf", against (\S+) units and ({MONEY}) at the price before\.")
def whole_expected_against(reading: Reading, match: re.Match[str]) -> None:
    facts, kept = reading.facts, reading.facts.price
    _outlook(reading, match, reading.minor(reading.decision["price"]))
    _sold(reading, match[6], kept)
    sold = arithmetic.units(facts, facts.curve, kept, arithmetic.horizon(facts)[1])
    _money(reading, match[7], arithmetic.unit_profit(facts, kept) * sold, "the profit before")


def _outlook(reading: Reading, match: re.Match[str], price: int) -> None:
    facts = reading.facts
    unlearnt = facts.curve.age < 0
    reading.same(match[1].startswith("Nothing"), unlearnt, "that nothing is learnt yet")
    reading.is_so(
        not unlearnt or not reading.past.observed[reading.offer], "a window of it was closed"
    )
    _sold(reading, match[2], price)
    profit = arithmetic.unit_profit(facts, price)
    sold = arithmetic.units(facts, facts.curve, price, arithmetic.horizon(facts)[1])
    _money(reading, match[3], profit * sold, "the profit")
    ends = sorted(profit * end for end in arithmetic.interval(facts, facts.curve, price))
    _money(reading, match[4], ends[0], "the lower end of the profit")
    _money(reading, match[5], ends[1], "the upper end of the profit")


def _sold(reading: Reading, said: str, price: int) -> None:
    facts = reading.facts
    sold = arithmetic.units(facts, facts.curve, price, arithmetic.horizon(facts)[1])
    reading.close(float(said), sold, 6e-4 * sold, "the units")


def _money(reading: Reading, said: str, minor: float, what: str) -> None:
    unit = 10.0**reading.facts.digits
    reading.close(float(said) * unit, minor, 1.0 + 1e-9 * abs(minor), what)


@form(
    r"The lowest price of the 30 days before( the promotion's first reduction)?"
    rf" is ({MONEY}) (\w+)\."
)
def whole_lowest(reading: Reading, match: re.Match[str]) -> None:
    first_reduction, price, currency = match.groups()
    facts = reading.facts
    promoted = reading.decision.get("promotion_id")
    reading.same(first_reduction is not None, promoted is not None, "that a promotion reduces it")
    until = facts.now
    if promoted is not None and facts.reduced_by == promoted:
        until = facts.reduced_at
    reading.same(reading.minor(price), _lowest(reading, until), "the lowest price")
    reading.same(currency, facts.currency, "the currency")


def _lowest(reading: Reading, until: int) -> int:
    facts = reading.facts
    since = max(until - 30 * DAY, facts.launched_at)
    chain = [(time, price) for time, price, _, _ in reversed(facts.history)]
    if facts.launched_at > 0 and chain:
        chain[0] = min(chain[0][0], facts.launched_at), chain[0][1]
    ends = [time for time, _ in chain[1:]] + [until]
    in_force = [
        price
        for (time, price), end in zip(chain, ends, strict=True)
        if time < until and min(end, until) > since and time < min(end, until)
    ]
    before = [price for time, price in chain if time <= until]
    return min(in_force) if in_force else (before[-1] if before else chain[0][1])


@form(r"The price was drawn with probability (\S+)\.")
def whole_drawn(reading: Reading, match: re.Match[str]) -> None:
    chance = float(match[1])
    reading.close(chance, reading.decision["propensity"], 5.1e-3 * chance, "the probability")
    reading.is_so("explore" in reading.said, "nothing was drawn")
    reading.is_so(0 < chance < 1, "no probability of a draw")
