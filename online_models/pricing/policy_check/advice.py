"""What the author of a policy should know: terms without effect, or surely not the one meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from online_models.pricing.policy_check.finding import Finding
from online_models.pricing.strategies import STRATEGIES
from schemas.records.policy.pricing_policies import Policy
from schemas.values.instants import DAY

#: Strategies that have a price for every offer: what stands behind one is never asked.
_ALWAYS = ("keep", "optimise")
#: ms of a freeze from which on it looks like a slip of the pen.
_LONG = 366 * DAY


def advice(policies: Sequence[Policy]) -> Iterator[Finding]:
    """Findings about policies by themselves."""
    seen: set[str] = set()
    for policy in policies:
        if policy.policy_id in seen:
            yield Finding(policy.policy_id, "appears twice: the last one counts")
        seen.add(policy.policy_id)
        for message in (*_standing(policy), *_strategies(policy), *_guardrails(policy)):
            yield Finding(policy.policy_id, message)


def _standing(policy: Policy) -> Iterator[str]:
    if policy.status != "active":
        yield f"rules nothing: its status is {policy.status}"
    experiment = policy.experiment
    if experiment is not None and experiment.holdout in (0, 1):
        who = "nobody" if experiment.holdout == 0 else "everybody"
        yield f"experiment {experiment.name} compares nothing: it holds {who} out"


def _strategies(policy: Policy) -> Iterator[str]:
    kinds = [entry.kind for entry in policy.strategy]
    unknown = sorted({*kinds} - {strategy.kind for strategy in STRATEGIES})
    if unknown:
        yield f"names strategies that are not here: {unknown}"
    always = next((place for place, kind in enumerate(kinds) if kind in _ALWAYS), len(kinds))
    if kinds[always + 1 :]:
        idle = " and ".join(kinds[always + 1 :])
        yield f"never asks {idle}: {kinds[always]} before it always has a price"
    if policy.explore.kind == "thompson" and "optimise" not in kinds[: always + 1]:
        yield "explores nothing: no strategy is optimise"
    if "markdown" in kinds and policy.objective.sell_by is None:
        yield "markdown has nothing to say without sell_by"
    for entry in policy.strategy:
        if entry.kind == "match_competitor" and entry.competitors:
            barred = {name.strip().casefold() for name in entry.exclude}
            if all(name.strip().casefold() in barred for name in entry.competitors):
                yield "match_competitor follows nobody: all its competitors are excluded"


def _guardrails(policy: Policy) -> Iterator[str]:
    rails, step = policy.guardrails, policy.approval.required_above_step
    if rails.reference_price is not None and rails.reference_band is None:
        yield "reference_price has no effect without reference_band"
    steps = (rails.max_step_up, rails.max_step_down)
    if step is not None and all(most is not None and most <= step for most in steps):
        yield "approval is never asked for: steps are smaller"
    floors = (rails.minimum_price, rails.minimum_margin, rails.never_below_cost)
    if not any(floor is not None and floor is not False for floor in floors):
        yield "has no floor: no minimum_price or minimum_margin"
    if rails.max_changes_per_day == 0 or all(most == 0 for most in steps):
        yield "never changes a price: max_changes_per_day or its steps are 0"
    ends = [(freeze.from_, freeze.until) for freeze in rails.freeze]
    for start, until in _joined(ends):
        if until - start >= _LONG:
            yield f"freezes its prices for {(until - start) // DAY:,} days on end"


def _joined(intervals: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Intervals [from, until), those that touch or overlap as one.

    >>> list(_joined([(5, 7), (1, 3), (3, 4)]))
    [(1, 4), (5, 7)]
    """
    whole: list[tuple[int, int]] = []
    for start, until in sorted(intervals):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(until, whole[-1][1])
        else:
            whole.append((start, until))
    yield from whole
