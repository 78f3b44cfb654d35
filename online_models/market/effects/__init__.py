"""Effects on demand by name; a new one is a file and a line here."""

from __future__ import annotations

from online_models.market.effects.advertising import Advertising
from online_models.market.effects.drift import Drift
from online_models.market.effects.effect import Effect
from online_models.market.effects.pantry import Pantry
from online_models.market.effects.reference import Reference
from online_models.market.effects.season import Season
from online_models.market.effects.shock import Shock

EFFECTS: dict[str, type[Effect]] = {
    "season": Season,
    "drift": Drift,
    "shock": Shock,
    "reference": Reference,
    "pantry": Pantry,
    "advertising": Advertising,
}
