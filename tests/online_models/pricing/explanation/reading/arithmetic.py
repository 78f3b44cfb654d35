"""What follows from facts and a policy, as an outsider would compute it: exact where it bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, exp, floor, inf, log, sqrt

from schemas.records.policy.selection import Selector
from schemas.values.money import LARGEST_MINOR
from tests.online_models.pricing.explanation.reading.facts import ChannelShare, Curve, Facts

DAY = 86_400_000
#: Of a worth, a gain that is too small to move a price, where prices lie a few per cent apart that
#: are tried; and what such a search may miss of the best one.
TOO_LITTLE, MISSED = 5e-4, 0.01
#: Of the units that a dearer offer loses, the share that goes to its declared substitutes, and the
#: most that goes to its category.
DIVERSION, MOST_DIVERSION = 0.1, 0.6
LEVEL_GAP = 3.0
Worth = Callable[[float], float]


def text(minor: int, digits: int) -> str:
    """Money as records write it."""
    sign, whole = "-" if minor < 0 else "", str(abs(minor)).rjust(digits + 1, "0")
    return f"{sign}{whole[:-digits]}.{whole[-digits:]}" if digits else f"{sign}{whole}"


def minor(money: str | Decimal, digits: int) -> int:
    """Money in minor units; half to even."""
    exact: Fraction = Fraction(money) * 10**digits
    return round(exact)


# who rules


def specificity(select: Selector, facts: Facts) -> tuple[bool, int, int] | None:
    """How specifically an offer is selected: names the SKU, lists, depth; None: it is not."""
    own = facts.traits
    depths = [
        name.count("/") + 1
        for name in select.categories
        if f"{own['category']}/".startswith(f"{name}/")
    ]
    met = (
        not select.skus or own["sku"] in select.skus,
        not select.channels or own["channel"] in select.channels,
        not select.categories or bool(depths),
        not select.brands or own["brand"] in select.brands,
        not select.roles or own["role"] in select.roles,
        not select.tags or bool(set(select.tags) & set(own["tags"])),
    )
    if not all(met):
        return None
    lists = (select.skus, select.channels, select.categories, select.brands, select.roles)
    number = sum(1 for names in (*lists, select.tags) if names)
    return bool(select.skus), number, max(depths, default=0)


# bounds


def margin_floor(facts: Facts, margin: Fraction) -> int | None:
    """The lowest price that leaves the margin; None where none does."""
    tax, fee = Fraction(facts.tax_ppm, 10**6), Fraction(facts.fee_ppm, 10**6)
    share = (1 - margin) / (1 + tax) - fee
    if share * (1 + tax) < Fraction(1, 10**6):
        return None
    found = ceil((facts.cost + facts.fee_fixed) / share)
    return found if found <= LARGEST_MINOR else None


Bounds = dict[str, tuple[int | None, int | None]]
#: The bounds that no price reaches.
OUT_OF_REACH = 1 << 60
BOUNDS_OF_ALL = (
    "minimum_price",
    "maximum_price",
    "never_above_list_price",
    "respect_map",
    "never_below_cost",
    "minimum_margin",
    "protect_channels",
    "channel_ladder",
)
STEPS = ("max_step_down", "max_step_up")


def bounds(facts: Facts) -> Bounds:
    """(floor, ceiling) of every bound that the policy sets, by its name, in the order in which they
    are said.
    """
    rails, digits = facts.policy.guardrails, facts.digits
    found: Bounds = {}
    if rails.minimum_price is not None:
        found["minimum_price"] = minor(rails.minimum_price, digits), None
    if rails.maximum_price is not None:
        found["maximum_price"] = None, minor(rails.maximum_price, digits)
    if rails.never_above_list_price:
        found["never_above_list_price"] = None, _known(facts.list_price)
    if rails.respect_map:
        found["respect_map"] = _known(facts.map_price), None
    if rails.never_below_cost:
        found["never_below_cost"] = _reach(margin_floor(facts, Fraction(0))), None
    if rails.minimum_margin is not None:
        margin = max(Fraction(rails.minimum_margin), Fraction(-3))
        found["minimum_margin"] = _reach(margin_floor(facts, margin)), None
    if rails.protect_channels:
        asked = [facts.elsewhere.get(name) for name in rails.protect_channels]
        prices = [price for price in asked if price is not None]
        own = facts.traits["channel"] in rails.protect_channels
        found["protect_channels"] = (None if own or not prices else max(prices)), None
    if rails.channel_ladder:
        found["channel_ladder"] = ladder(facts)
    if rails.reference_band is not None:
        told, band = rails.reference_price, Fraction(rails.reference_band)
        centre = facts.first if told is None else minor(told, digits)
        low, high = centre * max(Fraction(0), 1 - band), centre * (1 + band)
        found["reference_band"] = ceil(low), floor(high)
    if rails.max_step_down is not None:
        share = max(Fraction(0), 1 - Fraction(rails.max_step_down))
        found["max_step_down"] = ceil(facts.price * share), None
    if rails.max_step_up is not None:
        found["max_step_up"] = None, floor(facts.price * (1 + Fraction(rails.max_step_up)))
    return found


def ladder(facts: Facts) -> tuple[int | None, int | None]:
    """What the rules between channels leave: each end of a rule keeps its distance."""
    rails, own = facts.policy.guardrails, facts.traits["channel"]
    floors, ceilings = [0], [OUT_OF_REACH]
    up, down = (
        Fraction(1, 50) if step is None else Fraction(step)
        for step in (rails.max_step_up, rails.max_step_down)
    )
    for rule in rails.channel_ladder:
        other = {rule.channel: rule.of, rule.of: rule.channel}.get(own)
        price = facts.elsewhere.get(other or "", 0)
        if price <= 0:
            continue
        lowest, highest = Fraction(rule.lowest or 0), Fraction(rule.highest or 0)
        presses = facts.presses.get(other or "", 0)
        if own == rule.channel:
            # it makes room, a step at a time, for what presses
            room = floor(facts.price * (1 + up)) if presses > 0 else 0
            floors.append(max(ceil(price * lowest), room) if lowest else 0)
            room = ceil(facts.price * (1 - down)) if presses < 0 else OUT_OF_REACH
            ceilings.append(min(floor(price * highest), room) if highest else OUT_OF_REACH)
        else:
            # a rule that is broken already is made no worse
            ceilings.append(max(floor(price / lowest), facts.price) if lowest else OUT_OF_REACH)
            floors.append(min(ceil(price / highest), facts.price) if highest else 0)
    return max(floors) or None, _finite(min(ceilings))


def _finite(price: int) -> int | None:
    return None if price >= OUT_OF_REACH else price


def _known(price: int) -> int | None:
    return price if price >= 0 else None


def _reach(price: int | None) -> int:
    return OUT_OF_REACH if price is None else price


def tightest(found: Bounds) -> tuple[int, int]:
    """The range that bounds leave."""
    low = max((low for low, _ in found.values() if low is not None), default=0)
    high = min((high for _, high in found.values() if high is not None), default=OUT_OF_REACH)
    return low, high


def ends_well(price: int, endings: Sequence[str], digits: int) -> bool:
    """Whether a price has one of the endings."""
    shown = text(price, digits).rjust(24, "0")
    return any(shown.endswith(_padded(ending, digits)) for ending in endings)


def _padded(ending: str, digits: int) -> str:
    whole, point, fraction = ending.partition(".")
    if not point:
        return whole if digits == 0 else _across(whole, digits)
    if len(fraction.rstrip("0")) > digits:
        return "never"
    return f"{whole}.{fraction[:digits].ljust(digits, '0')}" if digits else whole


def _across(figures: str, digits: int) -> str:
    """Figures without a point end the price's figures, the point left out."""
    return figures if len(figures) <= digits else f"{figures[:-digits]}.{figures[-digits:]}"


def with_endings(low: int, high: int, endings: Sequence[str], digits: int) -> list[int]:
    """The prices in a short range that end well."""
    return [price for price in range(max(low, 1), high + 1) if ends_well(price, endings, digits)]


# demand


def horizon(facts: Facts) -> tuple[float, float]:
    """Days that count, and units that may be sold in them."""
    left = _must_be_sold_in(facts)
    days = facts.policy.objective.horizon / DAY if left is None else left
    if facts.on_hand < 0:
        return days, inf
    # in this order, as 57 × d / d need not be 57
    return days, there(facts) * (days / lasting(facts))


def _must_be_sold_in(facts: Facts) -> float | None:
    """Days until all must be sold, if a day is set that is to come."""
    sell_by = facts.policy.objective.sell_by
    return None if sell_by is None or sell_by <= facts.now else (sell_by - facts.now) / DAY


def lasting(facts: Facts) -> float:
    """Days that a stock has to last."""
    left = _must_be_sold_in(facts)
    return min(facts.policy.objective.horizon, facts.delivery) / DAY if left is None else left


def there(facts: Facts) -> int:
    """Units that can be sold until then."""
    end = facts.now + lasting(facts) * DAY
    return facts.on_hand + sum(units for units, expected in facts.inbound if expected < end)


def log_units(curve: Curve, price: float) -> float:
    """Logarithm of the units of a day that are expected in the median."""
    x = log(price) - log(curve.anchor_price)
    return curve.log_rate + curve.elasticity * x + _bent(curve.bend, x)


def _bent(bend: float, x: float) -> float:
    """The elasticity changes from half to twice the price in force."""
    inside = min(max(x, -log(2.0)), log(2.0))
    return bend * inside * (x - inside / 2)


def units(facts: Facts, curve: Curve, price: float, stock: float) -> float:
    """Units expected over the horizon."""
    days, _ = horizon(facts)
    mean = log_units(curve, price) + 0.5 * curve.log_rate_variance
    return min(exp(min(mean, 30.0)) * days, stock)


def interval(facts: Facts, curve: Curve, price: float) -> tuple[float, float]:
    """Units at the ends of the 90 % interval of the rate."""
    days, stock = horizon(facts)
    x = log(price) - log(curve.anchor_price)
    variance = curve.log_rate_variance + x * (2 * curve.covariance + x * curve.elasticity_variance)
    width = 1.6448536269514722 * sqrt(max(variance, 0.0))
    low, high = (log_units(curve, price) + sign * width for sign in (-1, 1))
    return min(exp(min(low, 30.0)) * days, stock), min(exp(min(high, 30.0)) * days, stock)


def net(facts: Facts) -> float:
    return 1e6 / (1e6 + facts.tax_ppm)


def unit_profit(facts: Facts, price: float) -> float:
    return price * (net(facts) - facts.fee_ppm / 1e6) - facts.fee_fixed - facts.cost


def from_substitutes(facts: Facts) -> float:
    """Profit that a unit takes from declared substitutes."""
    known = [profit for profit in facts.substitutes if profit == profit]
    return DIVERSION * max(sum(known) / len(known), 0.0) if known else 0.0


def elsewhere(facts: Facts) -> float:
    """What a unit of a shared stock brings where it is sold best: so much more for each that all
    channels together ask for just what there is.
    """
    shared = facts.shared
    if shared is None or not facts.policy.coordinate_channels:
        return 0.0
    if facts.policy.objective.maximise != "profit" or shared.units <= 0:
        return 0.0
    offered = [list(_offered(channel, shared.days)) for channel in shared.channels]

    def asked(more: float) -> float:
        best = [max(pairs, key=lambda pair: (pair[0] - more) * pair[1]) for pairs in offered]
        return sum(units for profit, units in best if (profit - more) * units > 0.0)

    if asked(0.0) <= shared.units:
        return 0.0
    low, high = 0.0, max(profit for pairs in offered for profit, _ in pairs)
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if asked(middle) > shared.units else (low, middle)
    return high


def _offered(channel: ChannelShare, days: float) -> Iterator[tuple[float, float]]:
    """(profit of a unit, units) at prices from 60 to 180 % of the regular one."""
    for step in range(49):
        price = channel.regular * (0.6 + step / 40)
        kept = 1e6 / (1e6 + channel.tax_ppm) - channel.fee_ppm / 1e6
        x = log(price / channel.anchor_price)
        rate = channel.log_rate + channel.elasticity * x + _bent(channel.bend, x)
        units = exp(min(rate + 0.5 * channel.log_rate_variance, 30.0)) * days
        yield price * kept - channel.fee_fixed - channel.cost, units


def from_category(facts: Facts, curve: Curve) -> float:
    """Profit that a unit takes from the rest of its category."""
    least = curve.cross - 0.5 * sqrt(max(curve.cross_variance, 0.0))
    diversion = min(max(least / max(-curve.elasticity, 1.0), 0.0), MOST_DIVERSION)
    return diversion * max(facts.category_profit, 0.0)


def worth(facts: Facts, curve: Curve, stock: float) -> Worth:
    """What the objective is worth at a price."""
    objective = facts.policy.objective
    taken = max(from_substitutes(facts), from_category(facts, curve)) + elsewhere(facts)

    def valued(price: float) -> float:
        sold = units(facts, curve, price, stock)
        revenue = price * net(facts) * sold
        if objective.maximise == "profit":
            value = (unit_profit(facts, price) - taken) * sold
        elif objective.maximise == "revenue":
            value = revenue
        else:
            value = sold + 1e-6 * revenue / facts.regular
        least = objective.minimum_units
        return value if least is None else value - 1e12 * max(least - sold, 0.0)

    return valued


def clearance(facts: Facts, curve: Curve, salvage: Fraction) -> Worth:
    """What a stock earns until it must be sold."""
    _, stock = horizon(facts)
    kept, left = net(facts) - facts.fee_ppm / 1e6, float(facts.cost * salvage)
    return lambda price: (price * kept - facts.fee_fixed - left) * units(facts, curve, price, stock)


def searched(facts: Facts) -> tuple[int, int]:
    """The prices among which the best is looked for."""
    apart = {name: pair for name, pair in bounds(facts).items() if name not in STEPS}
    low, high = tightest(apart)
    base = facts.regular
    low = low if low > 0 else min((base + 1) // 2, high)
    high = high if high < OUT_OF_REACH else max(2 * base, low)
    low = max(low, 1)
    return low, max(high, low)


def top(valued: Worth, low: int, high: int) -> float:
    """The highest worth in a range."""
    points = range(low, high + 1) if high - low < 300 else _spread(low, high)
    return max(valued(float(price)) for price in points)


def _spread(low: int, high: int) -> list[int]:
    return [low + (high - low) * step // 300 for step in range(301)]


def without(curve: Curve, name: str) -> Curve:
    """What is believed where a model has said nothing: the others share its weights."""
    assert curve.own is not None
    gone = next(member for member in curve.members if member.name == name)
    rest = [
        replace(
            member,
            level_weight=_shared(member.level_weight, gone.level_weight),
            response_weight=_shared(member.response_weight, gone.response_weight),
        )
        for member in curve.members
        if member is not gone
    ]
    own = curve.own
    levels = [
        (
            m.level_weight,
            min(max(m.log_rate, own.log_rate - LEVEL_GAP), own.log_rate + LEVEL_GAP),
        )
        for m in rest
    ]
    log_rate, scatter = _mixture(own.log_rate, levels)
    elasticity, _ = _mixture(own.elasticity, [(m.response_weight, m.elasticity) for m in rest])
    bend, _ = _mixture(own.bend, [(m.response_weight, m.bend) for m in rest])
    return replace(
        own,
        log_rate=log_rate,
        elasticity=elasticity,
        bend=bend,
        log_rate_variance=own.log_rate_variance + scatter,
    )


def _shared(weight: float, gone: float) -> float:
    return weight / (1.0 - gone) if gone < 1.0 else 0.0


def _mixture(own: float, said: list[tuple[float, float]]) -> tuple[float, float]:
    left = max(1.0 - sum(weight for weight, _ in said), 0.0)
    parts = [(left, own), *((weight, value) for weight, value in said if weight > 0.0)]
    mean = sum(weight * value for weight, value in parts)
    return mean, sum(weight * (value - mean) ** 2 for weight, value in parts)
