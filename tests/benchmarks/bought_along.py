"""What promotions sell along in markets of whole baskets, as it is counted and as it is.

    python -m tests.benchmarks.bought_along --seeds 6

In the first markets nobody comes for a deal and nothing goes with anything; then products go with
each other; then deals bring people into the shop; then both. In all of them weeks favour some meals
and not others.
"""

from __future__ import annotations

import argparse

from tests.online_models.studies.promotions.meal_market import MealMarket, counted_along

#: What moves visits, how often products go with each other, and how far weeks stray.
MARKETS = ((0.0, 0.0, 0.2), (0.0, 0.1, 0.2), (0.0, 0.4, 0.2), (1.0, 0.0, 0.2), (0.5, 0.2, 0.2))


def main() -> None:
    """Print a line a market."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    args = parser.parse_args()
    for pull, goes_with, shock in MARKETS:
        for seed in range(1, args.seeds + 1):
            found = counted_along(MealMarket(seed, pull, goes_with, shock), seed)
            share, off = found.along
            print(
                f"pull {pull:g}, goes with {goes_with:g}, {seed}: share {share:.2f} ± {off:.2f}, "
                f"{found.said:.0f} counted, {found.true:.0f} true, "
                f"{found.own:.0f} of the promoted themselves",
                flush=True,
            )


if __name__ == "__main__":
    main()
