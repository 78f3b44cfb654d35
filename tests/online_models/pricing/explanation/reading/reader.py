"""Reads a decision's sentences one after the other, and asks of each whether it is true.

What a sentence means is stated beside its form, in `raw_prices`, `guardrails`, `people` and
`frames`. A sentence of no known form is an error: a new kind of sentence is so found by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.online_models.pricing.explanation.reading import arithmetic
from tests.online_models.pricing.explanation.reading.facts import Facts

MONEY = r"-?\d+(?:\.\d+)?"
#: Who sets a raw price that no strategy asks for.
PEOPLE = (
    "override",
    "rollback",
    "paused",
    "approved",
    "rejected",
    "proposal_expired",
    "refused_by_shop",
)


class UntrueError(AssertionError):
    """A sentence says what is not the case."""


class UnreadableError(AssertionError):
    """A sentence of a kind that nobody has said how to check."""


@dataclass
class Past:
    """What was published and ordered before a decision."""

    #: Published decisions of each offer, in order.
    decisions: dict[tuple[str, str], list[Mapping[str, Any]]] = field(default_factory=dict)
    by_id: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Records of `pricing-control`, and of windows that were closed, by offer.
    orders: list[Mapping[str, Any]] = field(default_factory=list)
    observed: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Offers whose shop has refused a price or shown another.
    contradicted: set[tuple[str, str]] = field(default_factory=set)
    #: Of each breaker's group: when its window began, by how much (ppm) what has changed, how many;
    #: and the beginning of the last one that was too much.
    windows: dict[tuple[Any, ...], list[int]] = field(default_factory=dict)
    tripped: dict[tuple[Any, ...], int] = field(default_factory=dict)


@dataclass
class Reading:
    """A decision that is being read: what was said so far, money in minor units."""

    decision: Mapping[str, Any]
    facts: Facts
    past: Past
    #: The price so far, None before the first step; the raw price; and what the draw replaced.
    price: int | None = None
    raw: int | None = None
    #: What spoke first, the guardrails that spoke, and the last that moved the price.
    kind: str = ""
    said: list[str] = field(default_factory=list)
    moved_by: str = ""
    #: What follows `before` in the sentence about a step.
    before: int = 0
    after: int = 0
    #: The form of every sentence, with its place.
    seen: list[tuple[str, int]] = field(default_factory=list)

    @property
    def offer(self) -> tuple[str, str]:
        return self.facts.traits["sku"], self.facts.traits["channel"]

    @property
    def strategic(self) -> bool:
        """Whether a strategy spoke, and no human, promotion or experiment."""
        return self.kind not in (*PEOPLE, "promotion", "regular_price", "holdout")

    @property
    def bounded(self) -> bool:
        """Whether bounds on any price hold."""
        kept = ("paused", "rejected", "proposal_expired", "refused_by_shop")
        return self.kind not in kept and not (self.kind == "override" and self.forced)

    @property
    def regular(self) -> bool:
        """Whether bounds on the regular price hold, too."""
        return self.bounded and self.kind not in ("promotion", "regular_price")

    @property
    def forced(self) -> bool:
        """Whether the manual price may pass the guardrails."""
        last = [
            o for o in self.past.orders if o["kind"] == "set_price" and o["sku"] == self.offer[0]
        ]
        return bool(last and last[-1].get("force"))

    def bounds(self) -> arithmetic.Bounds:
        """The bounds that hold for this price."""
        found = arithmetic.bounds(self.facts)
        names = arithmetic.BOUNDS_OF_ALL if self.bounded else ()
        if self.regular:
            names = (*names, "reference_band", *arithmetic.STEPS)
        return {name: pair for name, pair in found.items() if name in names}

    def minor(self, money: str) -> int:
        return arithmetic.minor(money, self.facts.digits)

    def is_so(self, true: bool, what: str) -> None:
        """Raise UntrueError where something is not the case."""
        if not true:
            raise UntrueError(what)

    def same(self, said: Any, fact: Any, what: str) -> None:
        """Raise UntrueError where what is said is not the fact."""
        if said != fact:
            raise UntrueError(f"{what}: {said!r} is said, and {fact!r} is so")

    def close(self, said: float, fact: float, apart: float, what: str) -> None:
        """Raise UntrueError where a rounded number is not near the fact."""
        if not abs(said - fact) <= apart:
            raise UntrueError(f"{what}: {said} is said, and {fact} is so")


Check = Callable[[Reading, re.Match[str]], None]
#: The forms of sentences, in the order in which they are tried.
FORMS: list[tuple[str, re.Pattern[str], Check]] = []


def form(pattern: str) -> Callable[[Check], Check]:
    """Register what a sentence of this form means."""

    def registered(check: Check) -> Check:
        FORMS.append((check.__name__, re.compile(pattern), check))
        return check

    return registered


_FIRST = re.compile(rf"(?P<clause>.+): (?P<after>{MONEY})\.")
_MOVED = re.compile(rf"(?P<clause>.+); (?P<before>{MONEY}) becomes (?P<after>{MONEY})\.")
_LEFT = re.compile(rf"(?P<clause>.+); (?P<after>{MONEY}) is left as it is\.")


def read(sentences: list[str], decision: Mapping[str, Any], facts: Facts, past: Past) -> Reading:
    """Read a decision; UntrueError or UnreadableError where a sentence cannot stand."""
    reading = Reading(decision, facts, past)
    for place, sentence in enumerate(sentences):
        name = _sentence(reading, sentence)
        reading.seen.append((name, place))
    _end(reading)
    return reading


def _sentence(reading: Reading, sentence: str) -> str:
    """Read one; returns the name of its form."""
    whole = _match(sentence, "whole")
    if whole is not None:
        _check(reading, *whole[1:], sentence)
        return whole[0]
    step = _MOVED.fullmatch(sentence) or _LEFT.fullmatch(sentence) or _FIRST.fullmatch(sentence)
    if step is None:
        raise UnreadableError(sentence)
    named = step.groupdict()
    reading.after = reading.minor(named["after"])
    if step.re is _FIRST:
        reading.is_so(reading.price is None, "only the first step has no price before it")
        reading.before = reading.facts.price
    else:
        reading.before = reading.minor(named.get("before", named["after"]))
        reading.same(reading.before, reading.price, f"the price before: {sentence}")
        reading.is_so((step.re is _LEFT) == (reading.before == reading.after), sentence)
    found = _match(named["clause"], "clause")
    if found is None:
        raise UnreadableError(sentence)
    _check(reading, *found[1:], sentence)
    if reading.price is None:
        reading.raw = reading.after
    reading.price = reading.after
    return found[0]


def _match(text: str, where: str) -> tuple[str, Check, re.Match[str]] | None:
    for name, pattern, check in FORMS:
        if name.startswith(where) and (found := pattern.fullmatch(text)):
            return name, check, found
    return None


def _check(reading: Reading, check: Check, match: re.Match[str], sentence: str) -> None:
    try:
        check(reading, match)
    except UntrueError as error:
        raise UntrueError(f"{sentence}\n  {error}") from None


def _end(reading: Reading) -> None:
    """What all sentences together must say."""
    facts, decision = reading.facts, reading.decision
    reading.same(reading.price, reading.minor(decision["price"]), "the last price")
    expected = [name for name in reading.bounds() if name in arithmetic.bounds(facts)]
    spoken = [name for name in reading.said if name in arithmetic.bounds(facts)]
    undone = reading.kind == "rollback"
    reading.is_so(
        spoken == expected or (undone and set(expected) - set(spoken) <= set(arithmetic.STEPS)),
        f"guardrails {spoken} have spoken, where {expected} hold",
    )
    _reason(reading)


def _reason(reading: Reading) -> None:
    """The word in brackets is what made, or prevented, the change."""
    reason, kept = reading.decision["reason"], reading.facts.price
    outcome = reading.decision["outcome"]
    wanted, changed = reading.raw != kept, reading.price != kept
    if outcome == "proposed":
        true = {"approval_required", "breaker"} & {*reading.said}
        reading.is_so(reason == "approval_required" or reason in true, f"reason {reason}")
    elif reason in ("awaiting_approval", "declined"):
        reading.is_so(bool({"approval", "breaker"} & {*reading.said}), f"reason {reason}")
    elif "bounds_conflict" in reading.said:
        reading.same(reason, "bounds_conflict", "the reason")
    elif wanted != changed and reading.moved_by:
        reading.same(reason, reading.moved_by, "the reason")
    elif not changed and not wanted and reading.strategic:
        reading.same(reason, "no_change", "the reason")
    else:
        reading.same(reason, reading.kind, "the reason")
