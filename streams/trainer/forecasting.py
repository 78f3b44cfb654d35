"""What a registered version expects to be sold, as records of `demand-forecasts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from online_models.demand.networks.container import WeightsError
from online_models.demand.networks.spec import Spec
from online_models.training.curves import Speaker, curves
from online_models.training.recorded_observations import RecordedObservations
from schemas.values.instants import DAY
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.trainer import source
from streams.trainer.pace import pause_ms
from streams.trainer.registry import ModelRegistry

#: Windows that a forecast looks back over: the slowest level forgets half in 34 of them.
LOOK_BACK = 90


def look_back_days(registry: ModelRegistry, version: str) -> int:
    """Days of observations that a version's forecasts need."""
    window_ms: int = registry.describe(version)["model"]["spec"]["bucket"]
    return -(-LOOK_BACK * window_ms // DAY)


def forecasts(
    registry: ModelRegistry,
    version: str,
    found: RecordedObservations,
    settings: Settings,
    days: int | None,
) -> Iterator[dict[str, Any]]:
    """A curve of every offer by a version, which forecasts under the name of its kind: so each kind
    earns its own weight.

    InputError where it reads other inputs than this code has, or other windows than were observed.
    """
    described = registry.describe(version)["model"]
    try:
        model = registry.model(version)
        spec = Spec.of(described["spec"])
    except (WeightsError, ValueError) as error:
        raise InputError(f"{version}: {error}") from None
    seen, present = source.observed(found, days)
    if present.window_ms != spec.window_ms:
        raise InputError(
            f"{version} forecasts windows of {spec.window_ms} ms, not {present.window_ms}"
        )
    speaker = Speaker(described["name"], version, model, spec)
    lateness = settings.fold.allowed_lateness_ms
    return curves(speaker, found, seen, lateness, pause_ms(settings))
