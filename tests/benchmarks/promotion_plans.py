"""What planned promotions gain in simulated markets, beside what they were expected to gain.

    python -m tests.benchmarks.promotion_plans --first 1 --seeds 40
    python -m tests.benchmarks.promotion_plans --live 42

Each seed is a market of another kind, with prices that are right or up to 30 % too high, three to
twenty sales a day of an offer, and 150 to 330 days of promotions now of this offer, now of that. A
plan's true gain is that of the market's expected profit with it over that without, until two months
after it. With --live, plans are made every week for so many days, all are started and watched, and
what they brought is estimated at the end.
"""

from __future__ import annotations

import argparse

import numpy as np

from online_models.studies.promotions.plan import plan
from tests.online_models.studies.promotions.live_shop import live
from tests.online_models.studies.promotions.promoted_shop import gained, promoted_shop

KINDS = (
    "log_linear+pantry",
    "choke+pantry",
    "nested_logit+pantry",
    "valuation+pantry+season",
    "mixed_logit+pantry",
    "log_linear+reference",
    "log_linear+season+shock+overdispersed+pantry",
    "log_linear",
    "log_linear+pantry+match",
    "valuation+drift+season+pantry",
)
OFFERS = 45


def main() -> None:
    """Print a line a market, and what holds for all plans."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--live", type=int, metavar="DAYS", help="plan weekly; run all plans")
    args = parser.parse_args()
    plans: list[Row] = []
    results: list[Row] = []
    lost = 0
    for seed in range(args.first, args.first + args.seeds):
        rng = np.random.default_rng(seed)
        kind = KINDS[seed % len(KINDS)]
        dear, sales = rng.choice([1.0, 1.1, 1.2, 1.3]), rng.choice([3.0, 8.0, 20.0])
        days, often = int(rng.choice([150, 240, 330])), rng.choice([0.1, 0.2])
        shop = promoted_shop(kind, seed, OFFERS, float(sales), days, float(dear), float(often))
        if args.live:
            lived = live(shop, args.live, judged=True)
            lost += lived.added < 0.0
            mine = [
                _row(lived.true, each.plan_id, each.document["expected"]) for each in lived.started
            ]
            results += [_row(lived.true, each["promotion_id"], each) for each in lived.results]
            said = f"{lived.added / 100:.2f} added, {len(lived.stopped)} stopped"
        else:
            mine = [
                (gained(shop, [each]), *(float(getattr(each.gain, n)) for n in ENDS))
                for each in plan(shop.learnt())
            ]
            true, expected = (sum(row[k] for row in mine) for k in (0, 1))
            said = f"{true / expected:.2f} of what was expected" if mine else "-"
        plans += mine
        print(f"{seed} {kind}, {sales:g} a day, {days} days: {len(mine)} plans, {said}", flush=True)
    _summary("plans", plans)
    if args.live:
        _summary("results", results)
        print(f"{lost} of {args.seeds} markets lose")


def _row(true: dict[str, float], plan_id: str, said: dict[str, str]) -> Row:
    return (true[plan_id], *(100.0 * float(said[name]) for name in ENDS))


def _summary(name: str, rows: list[Row]) -> None:
    if rows:
        true, expected, lower, upper = np.array(rows).T
        within = (lower <= true) & (true <= upper)
        print(
            f"{len(rows)} {name}: {true.sum() / expected.sum():.2f} of what they say, "
            f"{within.mean():.2f} within the 90 % interval, {(true < lower).mean():.2f} below, "
            f"{(true > 0.0).mean():.2f} gain"
        )


#: What a promotion really adds, what it is said to add, and the ends of the interval.
Row = tuple[float, float, float, float]
#: The expectation and the interval's ends.
ENDS = ("profit", "lower", "upper")

if __name__ == "__main__":
    main()
