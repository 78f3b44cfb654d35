"""An experiment's outcome by market: tracks and scores of every contender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from online_models.market.closed_loop import Track
from online_models.market.score import ContenderScore, score
from streams.simulation.cells import CLAIRVOYANT, STATIC, Cell, Setting
from streams.simulation.like import fitted


@dataclass(frozen=True)
class MarketOutcome:
    """What happened in one setting; contenders in the order they were named."""

    setting: Setting
    seeds: int
    tracks: Mapping[str, list[Track]]
    scores: Mapping[str, ContenderScore]

    @property
    def best_dynamic(self) -> str | None:
        """The honest contender that earns most, static pricing aside; None where there is none."""
        known = (STATIC, CLAIRVOYANT, "own_elasticity")
        honest = [name for name in self.scores if name not in known]
        return max(honest, key=lambda name: self.scores[name].share.mean, default=None)


def outcomes(tracks: Mapping[Cell, Track]) -> list[MarketOutcome]:
    """Group the tracks of an experiment by setting and judge them."""
    grouped: dict[Setting, dict[str, dict[int, Track]]] = {}
    for cell, track in tracks.items():
        named = grouped.setdefault(cell.setting, {}).setdefault(cell.entrant.name, {})
        named[cell.seed] = track
    found = []
    for setting, by_name in grouped.items():
        ordered = {name: [by[seed] for seed in sorted(by)] for name, by in by_name.items()}
        best, static = ordered[CLAIRVOYANT], ordered[STATIC]
        scores = {name: score(group, best, static) for name, group in ordered.items()}
        found.append(MarketOutcome(setting, len(best), ordered, scores))
    return found


def document(outcome: MarketOutcome) -> dict[str, Any]:
    """The outcome for `summary.json`; what is not a number is null."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items()}
        return None if isinstance(value, float) and isnan(value) else value

    setting = asdict(outcome.setting)
    like = outcome.setting.like
    setting["like"] = None if like is None else fitted(like)
    return {
        **setting,
        "seeds": outcome.seeds,
        "contenders": {name: plain(asdict(found)) for name, found in outcome.scores.items()},
    }
