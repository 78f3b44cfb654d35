"""What planned promotions gain in simulated markets, beside what they were expected to gain.

    python -m tests.benchmarks.promotion_plans --first 1 --seeds 40

Each seed is a market of another kind, with prices that are right or up to 30 % too high, three to
twenty sales a day of an offer, and 150 to 330 days of promotions now of this offer, now of that. A
plan's true gain is that of the market's expected profit with it over that without, until two months
after it.
"""

from __future__ import annotations

import argparse

import numpy as np

from online_models.studies.promotions.plan import plan
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
    args = parser.parse_args()
    rows = []
    for seed in range(args.first, args.first + args.seeds):
        rng = np.random.default_rng(seed)
        kind = KINDS[seed % len(KINDS)]
        dear, sales = rng.choice([1.0, 1.1, 1.2, 1.3]), rng.choice([3.0, 8.0, 20.0])
        days, often = int(rng.choice([150, 240, 330])), rng.choice([0.1, 0.2])
        shop = promoted_shop(kind, seed, OFFERS, float(sales), days, float(dear), float(often))
        mine = [
            (gained(shop, [each]), *(float(getattr(each.gain, n)) for n in ENDS))
            for each in plan(shop.state, shop.parts)
        ]
        rows += mine
        true, expected = (sum(row[k] for row in mine) for k in (0, 1))
        said = f"{true / expected:.2f} of what was expected" if mine else "-"
        print(f"{seed} {kind}, {sales:g} a day, {days} days: {len(mine)} plans, {said}", flush=True)
    if rows:
        true, expected, lower, upper = np.array(rows).T
        within = (lower <= true) & (true <= upper)
        print(
            f"{len(rows)} plans: {true.sum() / expected.sum():.2f} of what was expected, "
            f"{within.mean():.2f} within the 90 % interval, {(true < lower).mean():.2f} below, "
            f"{(true > 0.0).mean():.2f} gain"
        )


#: The expectation and the interval's ends.
ENDS = ("profit", "lower", "upper")

if __name__ == "__main__":
    main()
