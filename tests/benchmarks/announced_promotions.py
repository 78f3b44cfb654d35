"""What promotions that a merchant announces are said to have brought, beside what they really did.

    python -m tests.benchmarks.announced_promotions --first 1 --seeds 20

Each seed is a market of another kind (those of `promotion_plans`). After its past, three offers are
promoted for a week; later all of a category; later all that the shop sells, so that no offer
without a promotion tells what those days were like. The true effect is that of the market's
expected profit with the promotion over that without, until two months after it; that of many offers
stands beside the sums of their results and of the ends of their intervals.
"""

from __future__ import annotations

import argparse

import numpy as np

from tests.benchmarks.promotion_plans import KINDS, OFFERS
from tests.online_models.studies.promotions.announced import Announced, announced
from tests.online_models.studies.promotions.promoted_shop import promoted_shop

#: Promotions of each kind.
KIND_NAMES = ("offers", "category", "shop")


def main() -> None:
    """Print a line a market, and what holds for each kind of promotion."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=20)
    args = parser.parse_args()
    found: dict[str, list[Announced]] = {name: [] for name in KIND_NAMES}
    for seed in range(args.first, args.first + args.seeds):
        rng = np.random.default_rng(seed)
        kind = KINDS[seed % len(KINDS)]
        dear, sales = rng.choice([1.0, 1.1, 1.2, 1.3]), rng.choice([3.0, 8.0, 20.0])
        days, often = int(rng.choice([120, 150, 200])), rng.choice([0.1, 0.2])
        shop = promoted_shop(kind, seed, OFFERS, float(sales), days, float(dear), float(often))
        category = shop.market.assortment.category
        chosen = {
            "offers": [np.array([offer]) for offer in rng.choice(OFFERS, 3, replace=False)],
            "category": [np.flatnonzero(category == rng.choice(category))],
            "shop": [np.arange(OFFERS)],
        }
        for name, offers in chosen.items():
            percents = rng.choice([10, 15, 20, 25, 30], len(offers))
            some = announced(shop, offers, percents.tolist())
            found[name] += some
            for each in some:
                print(
                    f"{seed} {kind} {name} ({sales:g} a day): {each.profit:.0f} said "
                    f"({each.lower:.0f} to {each.upper:.0f}), {each.true:.0f} true, "
                    f"control {each.control:.0f}",
                    flush=True,
                )
    for name, some in found.items():
        true, said, lower, upper = np.array([each[:4] for each in some]).T
        within = (lower <= true) & (true <= upper)
        print(
            f"{name}: {len(some)}, {said.sum() / true.sum():.2f} of the truth said, "
            f"{within.mean():.2f} within the 90 % interval, {(true < lower).mean():.2f} below, "
            f"{np.median((upper - lower) / np.abs(true)):.2f} as wide as the truth (median), "
            f"off by {np.median(np.abs(said - true) / np.abs(true)):.2f} (median)"
        )


if __name__ == "__main__":
    main()
