"""What the sentences about guardrails say, and those about what waits for a human."""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction

from schemas.values import durations
from tests.online_models.pricing.explanation.reading import arithmetic
from tests.online_models.pricing.explanation.reading.arithmetic import DAY, OUT_OF_REACH
from tests.online_models.pricing.explanation.reading.reader import MONEY, Reading, form

TITLES = {
    "The minimum price": "minimum_price",
    "The maximum price": "maximum_price",
    "The list price": "never_above_list_price",
    "The minimum advertised price": "respect_map",
    "Cost, tax and fees": "never_below_cost",
    "The minimum margin": "minimum_margin",
    "A protected channel": "protect_channels",
    "The ladder of channels": "channel_ladder",
    "The band around the reference price": "reference_band",
    "The largest step down": "max_step_down",
    "The largest step up": "max_step_up",
}
DELAYS = {
    "The cooldown": "cooldown",
    "The number of changes per day": "max_changes_per_day",
    "A freeze": "freeze",
}
_TITLE = f"({'|'.join(TITLES)})"
_DELAY = f"({'|'.join(DELAYS)})"


def _says(reading: Reading, name: str) -> None:
    reading.said.append(name)
    if reading.after != reading.before:
        reading.moved_by = name


@form(
    _TITLE + rf" (?:(?P<nothing>does not apply)|asks for (?:(?P<all>more than any price can be)"
    rf"|at least (?P<least>{MONEY})|at most (?P<most>{MONEY})"
    rf"|(?P<low>{MONEY}) to (?P<high>{MONEY})))"
)
def clause_bound(reading: Reading, match: re.Match[str]) -> None:
    name = TITLES[match[1]]
    _says(reading, name)
    found = arithmetic.bounds(reading.facts)
    reading.is_so(name in found, "the policy sets no such bound")
    reading.is_so(name in reading.bounds(), "it does not hold for this price")
    low, high = found[name]
    told_low, told_high = match["least"] or match["low"], match["most"] or match["high"]
    if match["all"] is not None:
        reading.same(low, OUT_OF_REACH, "that no price is enough")
        low = None
    else:
        reading.same(told_low and reading.minor(told_low), low or None, "the least")
        reading.same(told_high and reading.minor(told_high), high, "the most")
    bounded = max(reading.before, low or 0)
    bounded = bounded if high is None else min(bounded, high)
    reading.same(reading.after, bounded, "the price within the bound")


@form(r"Prices end in (.+)")
def clause_ending(reading: Reading, match: re.Match[str]) -> None:
    _says(reading, "price_endings")
    endings, digits, low, high = _grid(reading, match[1])
    reading.is_so(arithmetic.ends_well(reading.after, endings, digits), "it ends otherwise")
    reading.is_so(low <= reading.after <= high, "it is out of bounds")
    apart = abs(reading.after - reading.before)
    near = reading.before - apart + 1, reading.before + apart - 1
    between = arithmetic.with_endings(max(near[0], low), min(near[1], high), endings, digits)
    if _rounds_down(reading) and reading.after <= reading.before:
        between = [price for price in between if price <= reading.before]
    reading.same(between, [], "a legal price that is nearer")
    if _rounds_down(reading) and reading.after > reading.before:
        below = arithmetic.with_endings(low, reading.before, endings, digits)
        reading.same(below, [], "a legal price below, where it is to be one")


@form(rf"No price from ({MONEY}) to ({MONEY}|any height) ends in (.+)")
def clause_no_ending(reading: Reading, match: re.Match[str]) -> None:
    _says(reading, "price_endings")
    endings, digits, low, high = _grid(reading, match[3])
    reading.same(reading.minor(match[1]), low, "the lowest price")
    told = OUT_OF_REACH if match[2] == "any height" else reading.minor(match[2])
    reading.is_so(told == high or (_rounds_down(reading) and told == reading.before), "the highest")
    period = 10 ** (digits + max(len(ending) for ending in endings))
    found = arithmetic.with_endings(low, min(told, low + period), endings, digits)
    reading.same(found, [], "prices with such an ending")
    reading.same(reading.after, reading.before, "the price")


def _grid(reading: Reading, said: str) -> tuple[tuple[str, ...], int, int, int]:
    """The endings, the digits of the currency, and the range that all bounds leave."""
    endings = reading.facts.policy.guardrails.price_endings
    reading.same(said, " or ".join(endings), "the endings")
    reading.is_so(reading.regular, "endings are for regular prices")
    low, high = arithmetic.tightest(reading.bounds())
    return endings, reading.facts.digits, max(low, 1), high


def _rounds_down(reading: Reading) -> bool:
    """Whether the price is to be below a competitor's."""
    if reading.kind != "match_competitor":
        return False
    speaks = [e for e in reading.facts.policy.strategy if e.kind == "match_competitor"]
    return any(entry.offset.text().startswith("-") for entry in speaks)


@form(_DELAY + r" does not stand in the way")
def clause_no_delay(reading: Reading, match: re.Match[str]) -> None:
    name = DELAYS[match[1]]
    _says(reading, name)
    stands = reading.facts.now < _until(reading, name)
    reading.is_so(not stands or reading.before == reading.facts.price, "it stands in the way")
    reading.same(reading.after, reading.before, "the price")


@form(_DELAY + r" holds the price until (\S+)")
def clause_delay(reading: Reading, match: re.Match[str]) -> None:
    name = DELAYS[match[1]]
    _says(reading, name)
    until = _until(reading, name)
    reading.same(instant(match[2]), until, "the end")
    reading.is_so(reading.facts.now < until, "it is over")
    reading.same(reading.after, reading.facts.price, "the price in force")
    reading.is_so(reading.before != reading.facts.price, "there is nothing to hold")


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _until(reading: Reading, name: str) -> int:
    facts, rails = reading.facts, reading.facts.policy.guardrails
    if name == "cooldown":
        reading.is_so(rails.cooldown is not None, "there is no cooldown")
        changed = reading.facts.changed_at
        return changed + (rails.cooldown or 0) if changed >= 0 else 0
    if name == "max_changes_per_day":
        most = rails.max_changes_per_day
        reading.is_so(most is not None, "changes are not counted")
        spent = facts.changes_today >= (0 if most is None else most)
        return (facts.now // DAY + 1) * DAY if spent else 0
    reading.is_so(bool(rails.freeze), "there is no freeze")
    end = facts.now
    while later := [f.until for f in rails.freeze if f.from_ <= end < f.until]:
        end = max(later)
    return end if end > facts.now else 0


@form(r"(\w+)(?: and (\w+) contradict each other and leave| leaves) no legal price")
def clause_conflict(reading: Reading, match: re.Match[str]) -> None:
    reading.said.append("bounds_conflict")
    named = [name for name in match.groups() if name is not None]
    found, digits = reading.bounds(), reading.facts.digits
    low, high = arithmetic.tightest(found)
    low = max(low, 1)
    endings = reading.facts.policy.guardrails.price_endings
    sets_low = {name for name, (floor, _) in found.items() if floor == low}
    sets_high = {name for name, (_, ceiling) in found.items() if ceiling == high}
    if low > high or low >= OUT_OF_REACH:
        reading.is_so({*named} <= sets_low | sets_high, f"{sets_low} and {sets_high} do")
        reading.is_so(bool({*named} & sets_low), "who asks for more is not named")
        reading.is_so(high >= OUT_OF_REACH or bool({*named} & sets_high), "who allows less is not")
    else:
        reading.is_so("price_endings" in named, "there are legal prices between")
        others = {*named} - {"price_endings"}
        reading.is_so(others <= sets_low | sets_high, "what is beside the endings is not tightest")
        limit = reading.before if _rounds_down(reading) else high
        legal = arithmetic.with_endings(low, min(limit, low + 10 ** (digits + 3)), endings, digits)
        reading.same(legal, [], "legal prices")
    reading.same(reading.after, reading.facts.price, "the price in force")


@form(r"A step above (\S+)% needs approval(, which is pending or was refused)?")
def clause_approval(reading: Reading, match: re.Match[str]) -> None:
    reading.said.append("approval")
    facts = reading.facts
    step = facts.policy.approval.required_above_step
    reading.is_so(step is not None, "no step needs approval")
    reading.same(Fraction(match[1]) / 100, Fraction(step or 0), "the step")
    moves = abs(reading.before - facts.price)
    reading.is_so(moves > facts.price * Fraction(step or 0), f"it moves by {moves} only")
    _waits(reading, known=match[2] is not None)


def _waits(reading: Reading, *, known: bool) -> None:
    """A proposal is fresh, or was made before and is pending, or was refused."""
    facts = reading.facts
    pending = facts.proposal >= 0 and facts.proposal_price == reading.before
    refused = facts.declined_raw >= 0 and facts.declined_edition == facts.edition
    apart = abs((reading.raw or 0) - facts.declined_raw)
    refused = refused and apart <= 0.01 * facts.declined_raw
    if known:
        reading.is_so(pending or refused, "nothing is pending, and nothing was refused")
        reading.same(reading.after, facts.price, "the price in force")
    else:
        reading.is_so(not pending, "that proposal stands already")
        reading.same(reading.after, reading.before, "the price proposed")


@form(
    r"(\d+) of (\d+) offers of the category have changed within (\S+), by ([+-]\d+\.\d\d) % on"
    r" average over all, and one more passes the breaker's largest (.+): until (\S+) changes need"
    r" approval"
)
def clause_breaker(reading: Reading, match: re.Match[str]) -> None:
    reading.said.append("breaker")
    changed, offers, window, mean, terms, until = match.groups()
    facts, breaker = reading.facts, reading.facts.policy.breaker
    reading.is_so(breaker is not None, "there is no breaker")
    assert breaker is not None
    reading.same(durations.to_ms(window), breaker.window, "the window")
    share = breaker.largest_share, "share"
    move = breaker.largest_mean_move, "mean move"
    told = [f"{name} {float(limit) * 100:g}%" for limit, name in (share, move) if limit is not None]
    reading.same(terms, " or ".join(told), "what the breaker allows")
    began, moved, number = reading.past.windows.get(breaker_group(reading), [facts.now, 0, 0])
    reading.same(int(changed), number, "what has changed")
    reading.same(int(offers), facts.alike, "the offers of the category")
    reading.close(float(mean), moved / 10_000 / max(facts.alike, 1), 0.0051, "the mean move")
    reading.same(instant(until), began + breaker.window, "the end of the window")
    more = (reading.before - facts.price) * 10**6 // facts.price
    too_many = share[0] is not None and number + 1 > Fraction(share[0]) * facts.alike
    too_far = move[0] is not None and abs(moved + more) > Fraction(move[0]) * 10**6 * facts.alike
    tripped = reading.past.tripped.get(breaker_group(reading)) == began
    reading.is_so(number > 0 and (too_many or too_far or tripped), "one more is not too much")
    reading.past.tripped[breaker_group(reading)] = began
    known = reading.after == facts.price
    _waits(reading, known=known)


def breaker_group(reading: Reading) -> tuple[object, ...]:
    """What a breaker counts together."""
    facts = reading.facts
    return facts.edition, facts.traits["category"], facts.traits["channel"], facts.digits


def count(reading: Reading) -> None:
    """Note for the breaker what a decision that strategies wanted has changed."""
    facts, breaker = reading.facts, reading.facts.policy.breaker
    own = reading.strategic or reading.kind == "holdout"
    if breaker is None or not own or reading.decision["outcome"] != "changed":
        return
    group, price = breaker_group(reading), reading.minor(reading.decision["price"])
    began, moved, number = reading.past.windows.get(group, [facts.now, 0, 0])
    if facts.now >= began + breaker.window:
        began, moved, number = facts.now, 0, 0
    move = (price - facts.price) * 10**6 // facts.price
    reading.past.windows[group] = [began, moved + move, number + 1]
