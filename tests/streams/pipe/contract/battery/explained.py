"""Whether a price follows from its explanation."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from online_models.pricing.explanation.narrate import sentence
from online_models.pricing.explanation.recompute import recompute


def explained(steps: list[dict[str, Any]], price: str, currency: str) -> None:
    """To the cent, step by step, each in words of its own."""
    assert steps[0]["input"] is None
    assert all(a["output"] == b["input"] for a, b in pairwise(steps))
    assert steps[-1]["output"] == price == recompute(steps, currency), steps
    for step in steps:
        said = sentence(step)
        assert "A rule applied" not in said, step
