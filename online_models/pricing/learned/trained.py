"""The policy that the package brings, made by `pricetide train --policy` with seed 0."""

from __future__ import annotations

from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from online_models.demand.networks.chunks import Assembly
from online_models.pricing.learned.policy import LearnedPolicy
from schemas.records.model_updates import ModelUpdate
from schemas.records.record import decode

#: A `model-updates` value.
FILE = "trained.json"


@cache
def trained() -> LearnedPolicy:
    """That policy, checked like any update.

    >>> trained().document()["name"]
    'pricing-policy'
    """
    value = (resources.files(__package__) / FILE).read_bytes()
    packed = Assembly().add(decode(TypeAdapter(ModelUpdate), value))
    assert packed is not None
    return LearnedPolicy.of(*packed)
