"""Names of the models that a run is to try, and what must be installed for them."""

from __future__ import annotations

from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.baselines import BASELINES, LEVEL
from streams.extras import require


def named(models: str) -> list[str]:
    """The comma-separated names.

    >>> named("mlp, forest")
    ['mlp', 'forest']
    """
    return [name.strip() for name in models.split(",") if name.strip()]


#: What can become a version: all but the running level, which is there to compare.
ABLE = (*ARCHITECTURES, *(name for name in BASELINES if name != LEVEL))


def require_packages(models: str) -> None:
    """InputError where a package is missing that some of the models need."""
    names = set(named(models))
    if names & set(ARCHITECTURES):
        require("tensorflow")
    if names & (set(BASELINES) - {LEVEL}):
        require("sklearn")
        require("skops")
