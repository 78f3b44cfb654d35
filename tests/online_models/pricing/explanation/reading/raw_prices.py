"""What the sentences about raw prices say: those of strategies, promotions and experiments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, exp, floor, inf, sqrt
from typing import Any

from schemas.records.policy.strategies import MatchCompetitor
from schemas.records.shop.promotions import Promotion
from schemas.values import durations
from schemas.values.instants import to_ms
from tests.online_models.pricing.explanation.reading import arithmetic
from tests.online_models.pricing.explanation.reading.arithmetic import (
    DAY,
    MISSED,
    OUT_OF_REACH,
    TOO_LITTLE,
)
from tests.online_models.pricing.explanation.reading.facts import Rival
from tests.online_models.pricing.explanation.reading.reader import MONEY, Reading, form

PASSED_OVER = r"((?:\w+ has no price, as [^;]+; )*)"
NUMBER = r"-?\d+\.\d\d"
#: Per cent of its worth below which no used thing is offered.
LEAST_SHARE = 60.0
FARTHEST_DRAW = exp(0.35)


def entry(reading: Reading, passed_over: str, kind: str) -> Any:
    """The entry of the policy that speaks, once those passed over are true; None: nobody's."""
    reading.kind = kind
    facts = reading.facts
    said = [part.split(" has no price, as ") for part in passed_over.split("; ") if part]
    entries = list(facts.policy.strategy)
    reading.is_so(len(said) <= len(entries), "more entries are passed over than there are")
    for (named, why), each in zip(said, entries, strict=False):
        reading.same(named, each.kind, "the entry passed over")
        reading.is_so(_SILENT[each.kind, why](reading, each), f"{named}: {why}")
    if len(said) == len(entries):
        reading.same(kind, "keep", "what stands behind the last entry")
        return None
    reading.same(kind, entries[len(said)].kind, "the first entry that has a price")
    return entries[len(said)]


def _learnt_policy(reading: Reading, each: Any) -> bool:
    return each.model not in (None, reading.facts.seat)


_SILENT: dict[tuple[str, str], Callable[[Reading, Any], bool]] = {
    ("match_competitor", "no competitor's price counts"): lambda r, e: not counted(r, e, True),
    ("match_competitor", "every competitor's price is too old"): (
        lambda r, e: not counted(r, e) and bool(counted(r, e, True))
    ),
    ("match_competitor", "fewer competitors count than its rank"): (
        lambda r, e: 0 < len(counted(r, e)) < (e.rank or 1)
    ),
    ("match_competitor", "it rests after a race of undercutting"): (
        lambda r, e: r.facts.now < r.facts.race[0] or r.facts.race[1] >= 6
    ),
    ("cost_plus", "the cost is not known"): lambda r, e: r.facts.cost <= 0,
    ("cost_plus", "no price reaches its margin"): (
        lambda r, e: arithmetic.margin_floor(r.facts, Fraction(e.margin)) is None
    ),
    ("markdown", "no stock is known"): lambda r, e: r.facts.on_hand < 0,
    ("markdown", "nothing is left to sell"): lambda r, e: r.facts.on_hand == 0,
    ("markdown", "no sell_by is still to come"): (
        lambda r, e: (r.facts.policy.objective.sell_by or 0) <= r.facts.now
    ),
    ("second_hand", "it is not a used product"): lambda r, e: r.facts.used is None,
    ("second_hand", "too little is known of things like it"): lambda r, e: r.facts.used == (),
    ("reinforcement", "another version of the policy is in force"): _learnt_policy,
}


# competitors


def counted(reading: Reading, each: MatchCompetitor, old_too: bool = False) -> list[Rival]:
    """The competitors that count, the lowest first; with those whose prices are too old."""
    facts = reading.facts
    wanted, barred = (
        {n.strip().casefold() for n in names} for names in (each.competitors, each.exclude)
    )

    def counts(rival: Rival) -> bool:
        name = rival.name.strip().casefold()
        return (
            rival.in_stock
            and not rival.own
            and rival.channel in (None, facts.traits["channel"])
            and rival.confidence >= each.minimum_confidence
            and (not wanted or name in wanted)
            and name not in barred
            and (not each.known_for or facts.now >= rival.since + each.known_for)
            and (old_too or each.max_age is None or facts.now <= rival.time + each.max_age)
        )

    return sorted((r for r in facts.rivals if counts(r)), key=lambda r: asked(each, r))


def asked(each: MatchCompetitor, rival: Rival) -> int:
    """What a competitor asks, as the entry counts it."""
    return rival.price + (rival.shipping if each.include_shipping else 0)


def median(each: MatchCompetitor, rivals: list[Rival]) -> int:
    """The middle price, weighed where the entry says so."""
    prices = [asked(each, rival) for rival in rivals]
    if not each.weights:
        return round(Fraction(prices[(len(prices) - 1) // 2] + prices[len(prices) // 2], 2))
    weights = {name.strip().casefold(): float(weight) for name, weight in each.weights.items()}
    heavy = [weights.get(rival.name.strip().casefold(), 1.0) for rival in rivals]
    for place in range(len(prices)):
        if sum(heavy[: place + 1]) >= sum(heavy) / 2:
            return prices[place]
    return prices[-1]


@form(
    PASSED_OVER
    + r"Following (?:(.+), )?(the lowest|the median|number (\d+) from the lowest) of the"
    rf" competitors that count,? at ({MONEY})(?: \(({MONEY}) of it shipping\))?,"
    r" offset (\S+)( \(no price is smaller\))?, gives"
)
def clause_following(reading: Reading, match: re.Match[str]) -> None:
    passed_over, name, place, rank, price, shipping, offset, smallest = match.groups()
    each = entry(reading, passed_over, "match_competitor")
    which = "rank" if rank else place.removeprefix("the ")
    reading.same((which, rank), (each.which, str(each.rank) if rank else None), "who is followed")
    rivals = counted(reading, each)
    if which == "median":
        reading.same(name, None, "whose price the median is")
        followed = median(each, rivals)
        reading.same(shipping, None, "the shipping of several")
    else:
        reading.is_so(len(rivals) >= int(rank or 1), "nobody is in that place")
        followed = asked(each, rivals[int(rank or 1) - 1])
        alike = [r for r in rivals if asked(each, r) == followed and r.name == name]
        reading.is_so(bool(alike), f"{name} does not ask {followed}")
        parcel = alike[0].shipping if each.include_shipping else 0
        reading.same(reading.minor(shipping or "0"), parcel, "the shipping")
    reading.same(reading.minor(price), followed, "the price followed")
    reading.same(offset, each.offset.text(), "the offset")
    if offset.endswith("%"):
        moved = round(followed * (1 + Fraction(offset.removesuffix("%")) / 100))
    else:
        moved = followed + reading.minor(offset)
    reading.same(smallest is not None, moved < 1 or (moved == 1 and followed > 1), "the smallest")
    reading.same(reading.after, max(moved, 1), "the competitor's price, moved by the offset")


# costs, keeping


@form(
    PASSED_OVER + r"The lowest price that leaves a margin of (\S+)% after tax, fees and a cost of"
    rf" ({MONEY}) is"
)
def clause_cost_plus(reading: Reading, match: re.Match[str]) -> None:
    each = entry(reading, match[1], "cost_plus")
    margin = Fraction(match[2]) / 100
    reading.same(margin, Fraction(each.margin), "the margin")
    reading.same(reading.minor(match[3]), reading.facts.cost, "the cost")
    floor = arithmetic.margin_floor(reading.facts, margin)
    reading.same(reading.after, floor, "the lowest price with that margin")


@form(PASSED_OVER + r"The price that held before any other strategy moved it is kept")
def clause_keep(reading: Reading, match: re.Match[str]) -> None:
    entry(reading, match[1], "keep")
    facts = reading.facts
    home = facts.regular if facts.home < 0 else facts.home
    reading.same(reading.after, home, "the price kept")
    if reading.offer in reading.past.contradicted:
        return
    # of what the offer cost since it is there, or as a human set it for a while
    costs = {price for _, price, _, _ in facts.history} | {base for *_, base, _ in facts.history}
    reading.is_so(reading.after in costs, "it has never cost that")
    moved = [
        decision
        for decision in reading.past.decisions.get(reading.offer, [])
        if decision["outcome"] == "changed"
    ]
    if all(decision["explanation"][0]["rule"] == "match_competitor" for decision in moved):
        reading.same(reading.after, facts.first, "the price before competitors moved it")


# demand

_CAUSES = (
    rf"(?: would be (?P<unlimited>{MONEY}) if there were more than (?P<stock>\d+) units to sell"
    rf"(?: until the next delivery, by those so far in (?P<delivery>\d+\.\d) days)?"
    r"; as there are no more, it)?"
    r"(?: at (?P<end>half|twice) the regular price, beyond which nothing is tried,)?"
    rf"(?: is|(?: is (?P<best>{MONEY}), but| is not asked for, as)"
    r" (?P<held>nothing is left to sell|nothing of its sales is learnt yet"
    r"|it would gain too little): the regular price stays)"
)
_TOLD = (
    r"(?P<told>(?: believing .+? \(version .+?\) to \d+ % of what sells and \d+ % of how it answers"
    rf" to the price \(without it: {MONEY}\),)*)"
)
_MODEL = re.compile(
    r" believing (.+?) \(version (.+?)\) to (\d+) % of what sells and (\d+) % of how it answers"
    rf" to the price \(without it: ({MONEY})\),"
)


@form(
    PASSED_OVER + r"The best legal price for (?P<goal>profit|revenue|units|sell-through)"
    r"(?: with at least (?P<least>\d+) units sold where demand gives them)?"
    rf"(?:, less (?P<taken>{MONEY}) of profit that a unit takes from substitutes)?"
    rf"(?:, less (?P<elsewhere>{MONEY}) that a unit of the stock brings elsewhere)?"
    rf", given an elasticity of (?P<own>{NUMBER} \(95 %: {NUMBER} to {NUMBER}\)) and one of"
    rf" (?P<cross>{NUMBER} \({NUMBER} to {NUMBER}\)) to the prices of the rest of the category,"
    + _TOLD + _CAUSES
)  # fmt: skip
def clause_optimise(reading: Reading, match: re.Match[str]) -> None:
    entry(reading, match[1], "optimise")
    facts, curve = reading.facts, reading.facts.curve
    objective = facts.policy.objective
    reading.same(match["goal"].replace("-", "_"), objective.maximise, "the objective")
    least = objective.minimum_units
    reading.same(match["least"], str(least) if least else None, "the least units")
    taken = round(arithmetic.from_substitutes(facts))
    said = None if match["taken"] is None else reading.minor(match["taken"])
    substitutes = arithmetic.from_substitutes(facts) if objective.maximise == "profit" else 0.0
    counts = substitutes > 0 and substitutes >= arithmetic.from_category(facts, curve)
    reading.same(said, taken if counts else None, "what a unit takes from substitutes")
    kept = arithmetic.elsewhere(facts)
    if match["elsewhere"] is None:
        reading.is_so(kept <= 0.0, f"a unit of the stock brings {kept} elsewhere")
    else:
        unit = reading.minor(match["elsewhere"])
        reading.close(unit, kept, 0.51, "what a unit of the stock brings elsewhere")
    _interval(reading, match["own"], curve.elasticity, curve.elasticity_variance)
    _interval(reading, match["cross"], curve.cross, curve.cross_variance)
    _, stock = arithmetic.horizon(facts)
    _best(reading, match, lambda c, left: arithmetic.worth(facts, c, left), stock)


@form(
    PASSED_OVER + r"The legal price that earns most with the (?P<on_hand>\d+) units in stock"
    r"(?: and (?P<arriving>\d+) on their way)? until they must be sold"
    r"(?:, with (?P<salvage>\S+)% of the cost for what is left)?," + _TOLD + _CAUSES
)
def clause_markdown(reading: Reading, match: re.Match[str]) -> None:
    each = entry(reading, match[1], "markdown")
    facts = reading.facts
    _, stock = arithmetic.horizon(facts)
    reading.same(int(match["on_hand"]), facts.on_hand, "the stock")
    reading.same(int(match["arriving"] or 0), int(stock) - facts.on_hand, "what arrives")
    salvage = Fraction(each.salvage or 0)
    reading.same(match["salvage"] is not None, each.salvage is not None, "that salvage is set")
    reading.same(Fraction(match["salvage"] or 0) / 100, salvage, "the salvage")
    reading.is_so(facts.now < (facts.policy.objective.sell_by or 0), "nothing must be sold")
    _best(reading, match, lambda c, _: arithmetic.clearance(facts, c, salvage), stock)


def _interval(reading: Reading, said: str, mean: float, variance: float) -> None:
    deviation = sqrt(max(variance, 0.0))
    numbers = [float(number) for number in re.findall(NUMBER, said)]
    for number, sign in zip(numbers, (0, -1.959963984540054, 1.959963984540054), strict=True):
        reading.close(number, mean + sign * deviation, 0.0056, "an elasticity")


Worths = Callable[[Any, float], arithmetic.Worth]


def _best(reading: Reading, match: re.Match[str], worths: Worths, stock: float) -> None:
    """The price is the best one, or what keeps it from being asked for is so."""
    facts, curve, base = reading.facts, reading.facts.curve, reading.facts.regular
    low, high = arithmetic.searched(facts)
    valued = worths(curve, stock)
    held = match["held"]
    best = reading.after if match["best"] is None else reading.minor(match["best"])
    if held is not None:
        reading.same(reading.after, base, "the regular price")
    known = match["best"] is not None or held is None
    if known:
        _is_best(reading, valued, best, low, high, "the best price")
    if held == "nothing is left to sell":
        reading.is_so(stock <= 0, "there is a stock")
        return
    reading.is_so(stock > 0 or match.re.pattern.find("earns most") > 0, "that nothing is left")
    unlearnt = curve.age < 0 and facts.policy.objective.maximise in ("profit", "revenue")
    optimises = "best legal" in match.re.pattern
    reading.same(
        held == "nothing of its sales is learnt yet",
        unlearnt and optimises and best != base,
        "that it is held as nothing is learnt",
    )
    if held == "it would gain too little":
        gain = valued(float(best)) - valued(float(base))
        reading.is_so(low <= base <= high, "the regular price is not legal")
        # what is compared is the best of the prices tried, beside which this one lies
        too_little = 1.1 * TOO_LITTLE * abs(valued(float(base)))
        reading.is_so(gain <= too_little, f"it would gain {gain}")
    if match["unlimited"] is not None:
        reading.same(int(match["stock"]), arithmetic.there(facts), "the stock")
        lasts, (days, _) = arithmetic.lasting(facts), arithmetic.horizon(facts)
        reading.same(match["delivery"] is not None, lasts < days, "that a delivery is expected")
        if match["delivery"] is not None:
            reading.close(float(match["delivery"]), lasts, 0.1, "days")
        unlimited = reading.minor(match["unlimited"])
        _is_best(reading, worths(curve, inf), unlimited, low, high, "the price with more to sell")
        reading.is_so(unlimited != best, "the stock moves nothing")
    elif known and optimises and not unlearnt:
        _is_best(reading, worths(curve, inf), best, low, high, "the price, however much there were")
    bounds = {k: v for k, v in arithmetic.bounds(facts).items() if k not in arithmetic.STEPS}
    floor, ceiling = arithmetic.tightest(bounds)
    at_half = known and floor <= 0 and best == (base + 1) // 2
    at_twice = known and ceiling >= OUT_OF_REACH and best == 2 * base
    end = "half" if at_half else "twice" if at_twice else None
    reading.same(match["end"], end, "the end of what is tried")
    _forecasters(reading, match["told"], worths, low, high, stock)


def _is_best(
    reading: Reading, valued: arithmetic.Worth, price: int, low: int, high: int, what: str
) -> None:
    reading.is_so(low <= price <= high, f"{what} is not legal: {price} of {low} to {high}")
    most, found = arithmetic.top(valued, low, high), valued(float(price))
    reading.is_so(
        found >= most - MISSED * abs(most), f"{what}: {price} is worth {found}, another {most}"
    )


def _forecasters(
    reading: Reading, told: str, worths: Worths, low: int, high: int, stock: float
) -> None:
    """The models whose forecasts count, each with its weight and the price without it."""
    curve, base = reading.facts.curve, reading.facts.regular
    said = _MODEL.findall(told)
    counting = [m for m in curve.members if m.level_weight + m.response_weight >= 5e-4]
    reading.same([(n, v) for n, v, *_ in said], [(m.name, m.version) for m in counting], "models")
    for (name, _, level, response, price), member in zip(said, counting, strict=True):
        reading.close(float(level), 100 * member.level_weight, 0.51, "a level's share")
        reading.close(
            float(response), 100 * member.response_weight, 0.51, f"the response of {name}"
        )
        without, valued = reading.minor(price), worths(arithmetic.without(curve, name), stock)
        if without != base:
            _is_best(reading, valued, without, low, high, f"the price without {name}")


@form(
    PASSED_OVER + rf"Policy (\S+), given an elasticity of ({NUMBER}), asks for (\S+) times the"
    r" markup price \(of an elasticity of −1\.25 at least, and a factor of 2\.01 at most from the"
    r" reference price\), which is"
)
def clause_reinforcement(reading: Reading, match: re.Match[str]) -> None:
    each = entry(reading, match[1], "reinforcement")
    facts = reading.facts
    reading.same(match[2], each.model or facts.seat, "the policy's version")
    reading.close(float(match[3]), facts.curve.elasticity, 0.0056, "the elasticity")
    elasticity = min(facts.curve.elasticity, -1.25)
    kept = arithmetic.net(facts) - facts.fee_ppm / 1e6
    told = facts.policy.guardrails.reference_price
    reference = facts.first if told is None else reading.minor(str(told))
    markup = elasticity / (elasticity + 1) * (facts.cost + facts.fee_fixed) / kept
    markup = min(max(markup, reference / exp(0.7)), reference * exp(0.7))
    reading.close(reading.after, float(match[4]) * markup, 1.0, "the markup price")


# used things


@form(
    PASSED_OVER + rf"A usual thing of its category is worth ({MONEY})((?:, \S+% for [^,]+)*), which"
    rf" makes ({MONEY}); of that (\S+)% is (?:the highest price at which it sells within (\S+) with"
    r" (\d+)%|what brings most until it must be sold within (\S+) \(\d+% before the next step\))"
)
def clause_second_hand(reading: Reading, match: re.Match[str]) -> None:
    passed_over, base, parts, value, ratio, within, chance, left = match.groups()
    each, facts = entry(reading, passed_over, "second_hand"), reading.facts
    reading.is_so(bool(facts.used), "it is no used thing, or nothing is known of such")
    assert facts.used
    reading.same(reading.minor(base), facts.used[0], "what a usual one is worth")
    said = re.findall(r", (\S+)% for ([^,]+)", parts)
    told = [(group, round(Fraction(share) * 10**4)) for share, group in said]
    reading.same(told, list(facts.used[1]), "the factors")
    worth = facts.used[0]
    for _, part in facts.used[1]:
        worth = max(round(Fraction(worth * part, 10**6)), 1)
    reading.same(reading.minor(value), worth, "what it is worth")
    price = max(round(worth * Fraction(ratio) / 100), 1)
    reading.same(reading.after, price, "the share of its worth")
    sell_by = facts.policy.objective.sell_by
    if left is not None:
        reading.same(durations.to_ms(left), (sell_by or 0) - facts.now, "what is left of the time")
        return
    reading.is_so(sell_by is None or sell_by <= facts.now, "it must be sold by a day")
    times = {"quick": each.quick_within, "patient": each.patient_within}
    reading.same(durations.to_ms(within), times.get(each.aim, each.within), "the time promised")
    # no price goes below the least share: there the promise may be missed
    so = facts.used[2][round(float(ratio) * 10)]
    reading.close(float(chance) / 100, so, 0.0051, "the chance")
    reading.is_so(so >= float(each.probability) or float(ratio) <= LEAST_SHARE, "the promise")


# what is above the strategies


@form(rf"Promotion (\S+) \((percent|amount|price) (\S+?)%?\) on ({MONEY}) gives")
def clause_promotion(reading: Reading, match: re.Match[str]) -> None:
    reading.kind = "promotion"
    name, kind, discount, regular = match.groups()
    facts = reading.facts
    reading.same(reading.minor(regular), facts.regular, "the regular price")
    reading.same(name, reading.decision.get("promotion_id"), "the promotion")
    running = [
        promotion
        for promotion in facts.promotions
        if promotion.starts_at <= facts.now < promotion.ends_at
        and not promotion.cancelled
        and arithmetic.specificity(promotion.select, facts) is not None
        and (not promotion.channels or facts.traits["channel"] in promotion.channels)
    ]
    prices = {promotion.promotion_id: _reduced(reading, promotion) for promotion in running}
    reading.is_so(name in prices, "that promotion is not in force")
    promotion = next(p for p in running if p.promotion_id == name)
    told = getattr(promotion.discount, kind)
    scale = 100 if kind == "percent" else 1
    reading.same(Fraction(discount), Fraction(told or 0) * scale, "the discount")
    reading.same(reading.after, prices[name], "the reduced price")
    reading.same(reading.after, min(prices.values()), "the lowest of all that run")


def _reduced(reading: Reading, promotion: Promotion) -> int:
    discount, regular = promotion.discount, reading.facts.regular
    if discount.percent is not None:
        price = round(regular * (1 - Fraction(discount.percent)))
    elif discount.amount is not None:
        price = regular - reading.minor(str(discount.amount))
    else:
        price = reading.minor(str(discount.price))
    return min(max(price, 1), regular)


@form(r"Experiment (.+) leaves this offer alone")
def clause_holdout(reading: Reading, match: re.Match[str]) -> None:
    reading.kind = "holdout"
    experiment = reading.facts.policy.experiment
    reading.is_so(experiment is not None and experiment.name == match[1], "no such experiment")
    said = reading.decision.get("experiment")
    reading.same(said, {"name": match[1], "arm": "holdout"}, "the arm")
    arms = {
        decision["experiment"]["arm"]
        for decision in reading.past.decisions.get(reading.offer, [])
        if decision.get("experiment", {}).get("name") == match[1]
    }
    reading.is_so(arms <= {"holdout"}, "it was treated before")
    reading.same(reading.after, reading.facts.price, "the price in force")


@form(r"The price drawn for today by exploration is asked for")
def clause_explored(reading: Reading, match: re.Match[str]) -> None:
    del match
    facts, policy = reading.facts, reading.facts.policy
    reading.said.append("explore")
    reading.same((policy.explore.kind, reading.kind), ("thompson", "optimise"), "who draws")
    reading.is_so(facts.traits["role"] != "kvi", "nothing is drawn of what customers know")
    low, high = arithmetic.tightest(arithmetic.bounds(facts))
    budget = 0.05 if policy.explore.budget is None else float(policy.explore.budget)
    _, stock = arithmetic.horizon(facts)
    valued = arithmetic.worth(facts, facts.curve, stock)
    reading.is_so(max(low, 1) <= reading.after <= high, "it is out of reach")
    if any(_drew(reading, decision) for decision in reading.past.decisions.get(reading.offer, [])):
        return
    # draws reach so far about the price that would be asked for
    reach = reading.before / FARTHEST_DRAW, reading.before * FARTHEST_DRAW
    most = min(high, floor(reach[1]), 2 * facts.regular)
    near = max(low, 1, ceil(reach[0])), max(most, low, 1)
    top = max(arithmetic.top(valued, *near), valued(float(reading.before)))
    costs = top - valued(float(reading.after)) - max(budget, 0.0) * abs(top)
    nearest = reading.after in near
    reading.is_so(costs <= MISSED * abs(top) or nearest, "it costs more than the budget")


def _drew(reading: Reading, decision: Mapping[str, Any]) -> bool:
    """Whether a decision has drawn the same price on the same day."""
    steps = decision["explanation"]
    drawn = [step["output"] for step in steps if step["rule"] == "explore"]
    same_day = to_ms(decision["time"]) // DAY == reading.facts.now // DAY
    return same_day and reading.after in map(reading.minor, drawn)
