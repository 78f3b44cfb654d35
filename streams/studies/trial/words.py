"""What a trial shows, in words for who decides whether it goes live."""

from __future__ import annotations

from typing import Any

from streams.studies.trial.report import ASSUMES

#: More of the units at prices that were never shown are worth a sentence.
MUCH = 0.1


def in_words(part: dict[str, Any]) -> list[str]:
    """What is known, what it rests on, what is not known, and what to do next: a sentence each."""
    days = f"from {part['first'][:10]} to {part['last'][:10]}"
    unknown = part["offers"] - part["judged_offers"]
    if part["total"] is None:
        return [
            f"Not known yet: {part['offers']:,} offers were priced in the shadow {days}, but the "
            "shop's own prices hardly moved, or it sold too little, so nothing is learnt of how its"
            " shoppers answer to prices.",
            "Next: go on; let the shop move some prices by itself, or go live for a few offers "
            "with `explore` and a small budget.",
        ]
    total, currency = part["total"], part["currency"]
    gain, earned = total["gain"], total["sold"]["profit"]
    lines = [
        f"{days.capitalize()} the shop sold {total['sold']['units']:,} units and earned "
        f"{earned:,.0f} {currency} with {part['judged_offers']:,} offers. At the prices decided it "
        f"would have earned about {total['would']['profit']:,.0f} {currency} with "
        f"{total['would']['units']:,.0f} units: {_share(gain['mean'], earned)} (95 %: "
        f"{_share(gain['lower'], earned)} to {_share(gain['upper'], earned)}).",
        f"This assumes that {ASSUMES}. It is no measurement: nobody met these prices, and no sale "
        "is counted as if somebody had.",
    ]
    if part["beyond_shown_prices"] > MUCH:
        lines.append(
            f"For {part['beyond_shown_prices']:.0%} of the units the price decided is beyond those "
            "that the shop showed: there the answer is drawn out further than anybody has seen."
        )
    if unknown:
        lines.append(
            f"Not known: how shoppers answer to the prices of {unknown:,} more; they are left out."
        )
    return [*lines, _next(gain)]


def _share(amount: float, earned: float) -> str:
    return f"{amount / earned:+.1%}" if earned > 0.0 else f"{amount:+,.0f}"


def _next(gain: dict[str, float]) -> str:
    if gain["lower"] > 0.0:
        return (
            "Next: go live with a part of the products held out (a policy's `experiment`); "
            "`pricetide lift` then measures what prices bring."
        )
    if gain["upper"] < 0.0:
        return (
            "Next: do not go live with this policy: its guardrails or its other strategies hold "
            "prices away from what earns most (`pricetide explain`)."
        )
    return (
        "Next: not decided. Let the trial go on, or go live with a part of the products held out "
        "(a policy's `experiment`), which measures it."
    )
