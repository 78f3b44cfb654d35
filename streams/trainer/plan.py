"""The trials that a training run is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.models import space
from online_models.training.search import SearchTrial, grid, random_points
from streams.errors import InputError


def asked_trials(models: str, search: str, number: int, seed: int) -> Sequence[SearchTrial]:
    """`number` random trials of each of the comma-separated models, or all of a grid.

    InputError where a model is unknown, or none of them is a network.
    """
    names = [name.strip() for name in models.split(",") if name.strip()]
    try:
        for name in names:
            space(name)
    except ValueError as error:
        raise InputError(f"--models: {error}") from None
    if not set(names) & set(ARCHITECTURES):
        raise InputError(f"--models: at least one network of {', '.join(ARCHITECTURES)} is needed")
    if search == "grid":
        return grid(names, seed)
    return random_points(names, number, seed)
