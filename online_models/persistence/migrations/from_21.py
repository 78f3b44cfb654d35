"""Version 21 → 22: experts are believed by mean gains over the mixture, not by summed losses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

#: What a nat counted for in the pool and in a category, and what a half of each counts for now.
_RATE, _HALF = 0.02, 0.5
#: Mixtures that are mixed, none of them worth more so far.
_RATES = 2


def migrate(state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state, with scores that give the slower mixture the weights of before."""
    demand = state["demand"]
    mixture = demand["mixture"]
    scores, joined = (np.asarray(mixture[n]) * (_RATE / _HALF) for n in ("scores", "joined"))
    paces = np.zeros((len(scores), _RATES))
    mixture = {**mixture, "scores": scores, "joined": joined, "paces": paces}
    return {**state, "demand": {**demand, "mixture": mixture}}
