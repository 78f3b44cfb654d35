"""What recommendations brought is found again, whatever the recommender had expected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from online_models.studies.recommendations.shown import CHOICES, Candidates, value

PLACES, EXPLORE, HOLDOUT = 2, 0.2, 0.3


class Visits:
    """Persons who come several times; of each place's two candidates one is shown. What they take
    depends on the person, and is expected wrongly.
    """

    def __init__(self, seed: int, persons: int = 400, often: int = 4) -> None:
        rng = np.random.default_rng([seed, 51])
        visits = persons * often
        visit = np.repeat(np.arange(visits), 2 * PLACES)
        person = visit % persons
        first = np.tile(np.repeat([True, False], PLACES), visits)
        out = (rng.random(persons) < HOLDOUT)[person]
        tried = rng.random((visits, PLACES)) < EXPLORE
        shown = np.where(first, ~np.tile(tried, 2).ravel(), np.tile(tried, 2).ravel()) & ~out
        margin = np.where(
            first, rng.uniform(2.0, 4.0, len(visit)), rng.uniform(1.0, 2.0, len(visit))
        )
        keen = rng.uniform(0.5, 1.5, persons)[person]
        self.without = 0.05 * keen
        #: Second choices are shown to more effect than anybody expects.
        self.shown = np.where(first, 0.12, 0.4) * keen
        taken = rng.random(len(visit)) < np.where(shown, self.shown, self.without)
        self.seen = Candidates(
            visit=visit,
            person=person,
            held_out=out,
            shown=shown,
            propensity=np.where(first, 1.0 - EXPLORE, EXPLORE),
            margin=margin,
            probability=np.full(len(visit), 0.3),
            without=np.full(len(visit), 0.1),
            taken=taken,
        )
        self.visits = visits

    def true(self, target: np.ndarray) -> float:
        """Profit per recommendation where each is shown with these probabilities."""
        expected = target * self.shown + (1.0 - target) * self.without
        return float((self.seen.margin * expected).sum() / self.visits)


def test_what_showing_brings_is_found_with_its_uncertainty() -> None:
    inside = []
    for seed in range(40):
        visits = Visits(seed)
        found = value(visits.seen)
        assert found.brought is not None
        true = visits.true(visits.seen.propensity) - visits.true(np.zeros(len(visits.without)))
        inside.append(not found.brought.excludes(true))
    assert np.mean(inside) >= 0.9


@pytest.mark.parametrize("name", CHOICES)
def test_other_choices_are_valued_though_never_made(name: str) -> None:
    inside, off, gains = [], [], []
    for seed in range(40):
        visits = Visits(seed)
        found = next(each for each in value(visits.seen).choices if each.choice == name)
        assert found.profit is not None
        assert found.gain is not None
        true = visits.true(CHOICES[name](visits.seen))
        inside.append(not found.profit.excludes(true))
        off.append(found.profit.mean - true)
        gain = true - visits.true(visits.seen.propensity)
        gains.append(not found.gain.excludes(gain))
    assert np.mean(inside) >= 0.9
    assert np.mean(gains) >= 0.9
    assert abs(np.mean(off)) < 3.0 * np.std(off) / 40**0.5


def test_the_best_expected_are_as_many_as_there_are_places() -> None:
    seen = Visits(1).seen
    chosen = CHOICES["nothing tried instead"](seen).reshape(-1, 2 * PLACES)
    assert (chosen[:, :PLACES] == 1.0).all(), "the first choices earn most"
    assert (chosen.sum(axis=1) == PLACES).all()
    assert (CHOICES["one item fewer"](seen).reshape(-1, 2 * PLACES).sum(axis=1) == 1.0).all()


def test_without_trying_nothing_else_can_be_judged() -> None:
    seen = Visits(2).seen
    first = seen.propensity > 0.5
    certain = replace(seen, propensity=first.astype(np.float64), shown=first & ~seen.held_out)
    choices = {each.choice: each for each in value(certain).choices}
    assert choices["nothing shown"].profit is None
    assert "explore" in choices["nothing shown"].why
    now = choices["nothing tried instead"].gain
    assert now is not None
    assert now.mean == pytest.approx(0.0)


def test_too_few_persons_say_nothing() -> None:
    found = value(Visits(3, persons=40).seen)
    assert found.held_out < 30
    assert found.brought is None
    assert found.withheld is None
