"""What recommendations brought, and what other choices of the same candidates would have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.studies.experiments.lift import Interval
from online_models.studies.experiments.off_policy import LEAST_COVERAGE, clustered, doubly_robust

#: Of each arm, below which nothing is said.
LEAST_PERSONS = 30


@dataclass(frozen=True)
class Candidates:
    """Offers that recommendations chose from, (n,), in one currency.

    visit: the number of the recommendation. person: whose it was. held_out: who is shown nothing.
    shown: whether it was. propensity: the probability with which it was to be shown to who is not
    held out. margin: what a unit leaves, money. probability, without: that it is taken next where
    it is shown and where it is not, as it was expected. taken: whether it was.
    """

    visit: Ints
    person: Ints
    held_out: Flags
    shown: Flags
    propensity: Floats
    margin: Floats
    probability: Floats
    without: Floats
    taken: Flags

    def take(self, at: Flags) -> Candidates:
        """Those of some places."""
        return Candidates(*(getattr(self, name)[at] for name in self.__dataclass_fields__))

    @property
    def visits(self) -> int:
        """How many recommendations there are."""
        return len(np.unique(self.visit))

    @property
    def reward(self) -> Floats:
        """The margin of what was taken."""
        return self.margin * self.taken


def _best(seen: Candidates, score: Floats, fewer: int = 0) -> Floats:
    """1 for the highest of each visit, as many as it shows at a time less `fewer`, else 0."""
    place = np.unique(seen.visit, return_inverse=True)[1]
    # the two choices of a place have 1 together
    number = np.rint(np.bincount(place, seen.propensity)).astype(np.int64) - fewer
    order = np.lexsort((-score, place))
    starts = np.searchsorted(place[order], np.arange(len(number)))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - starts[place[order]]
    return (rank < number[place]).astype(np.float64)


#: Probability with which each candidate would be shown, by the name of the choice.
CHOICES: Mapping[str, Callable[[Candidates], Floats]] = {
    "nothing shown": lambda seen: np.zeros(len(seen.visit)),
    "nothing tried instead": lambda seen: _best(seen, _added(seen)),
    "one item fewer": lambda seen: _best(seen, _added(seen), 1),
    "most probable items": lambda seen: _best(seen, seen.probability),
    "highest margins": lambda seen: _best(seen, seen.margin),
}


def _added(seen: Candidates) -> Floats:
    """What showing each was expected to add."""
    return seen.margin * (seen.probability - seen.without)


@dataclass(frozen=True)
class ChoiceValue:
    """Profit per recommendation of what was taken of its candidates, money, and how much that is
    over what was shown; None where `why` says what is lacking. `coverage` is the share of its
    decisions that could have been seen.
    """

    choice: str
    coverage: float
    profit: Interval | None
    gain: Interval | None
    why: str = ""


@dataclass(frozen=True)
class ShownValue:
    """`visits` recommendations of `persons`, `held_out` of them shown nothing: the profit of
    candidates taken per recommendation, of who is shown them and of who is held out, and what
    showing brought; None where an arm has too few. `choices` are judged on the former alone.
    """

    visits: int
    persons: int
    held_out: int
    shown: Interval | None
    withheld: Interval | None
    brought: Interval | None
    choices: list[ChoiceValue]


def value(seen: Candidates) -> ShownValue:
    """Judge recommendations by what was taken of their candidates.

    The held-out are a random draw of persons, so that the difference between the arms is the effect
    of showing. Within a recommendation each place draws one of two candidates, so that other
    choices can be judged by doubly robust estimation, candidate by candidate: whether one is taken
    must not depend on what is shown beside it. Intervals are by person.
    """
    treated, out = seen.take(~seen.held_out), seen.take(seen.held_out)
    persons, held = (len(np.unique(arm.person)) for arm in (seen, out))
    shown = _profit(treated) if persons - held >= LEAST_PERSONS else None
    withheld = _profit(out) if held >= LEAST_PERSONS else None
    brought = None
    if shown is not None and withheld is not None:
        half = np.hypot(shown.upper - shown.mean, withheld.upper - withheld.mean)
        mean = shown.mean - withheld.mean
        brought = Interval(mean, float(mean - half), float(mean + half))
    choices = [_choice(treated, name) for name in CHOICES] if shown is not None else []
    return ShownValue(seen.visits, persons, held, shown, withheld, brought, choices)


def _profit(arm: Candidates) -> Interval:
    """Per recommendation."""
    visits, place = np.unique(arm.visit, return_inverse=True)
    whose = np.zeros(len(visits), np.int64)
    whose[place] = arm.person
    return clustered(np.bincount(place, arm.reward).astype(np.float64), whose)


def _choice(seen: Candidates, name: str) -> ChoiceValue:
    target = CHOICES[name](seen)
    # what was never drawn otherwise says nothing of the other way
    possible = np.where(seen.shown, seen.propensity, 1.0 - seen.propensity)
    other = np.where(target > 0.5, seen.propensity, 1.0 - seen.propensity)
    known = (other > 0.0) & (possible > 0.0)
    coverage = float(known.mean())
    if coverage < LEAST_COVERAGE:
        why = "too little was tried: set `explore` of `recommend`"
        return ChoiceValue(name, coverage, None, None, why)
    kept = seen.take(known)
    target = target[known]
    as_logged = np.where(kept.shown, target, 1.0 - target)
    expected = np.where(kept.shown, kept.probability, kept.without)
    otherwise = np.where(target > 0.5, kept.probability, kept.without)
    found = doubly_robust(
        kept.reward,
        possible[known],
        as_logged,
        kept.margin * expected,
        kept.margin * otherwise,
        kept.person,
    )
    each = len(kept.visit) / kept.visits
    return ChoiceValue(name, coverage, found.value.times(each), found.gain.times(each))
