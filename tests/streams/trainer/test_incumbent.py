"""The champion so far is compared with where it reads what there is, and never in the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from online_models.demand.networks.container import pack
from streams.errors import InputError
from streams.trainer import store
from streams.trainer.registry import ModelRegistry, promotion
from streams.trainer.run import incumbent
from tests.streams.trainer.test_registry import card, network


@pytest.fixture
def registry(tmp_path: Path) -> ModelRegistry:
    made = ModelRegistry(tmp_path)
    made.add(network(), card("v1"))
    return made


def test_a_challenger_is_no_incumbent(registry: ModelRegistry) -> None:
    registry.nominate("v1")
    assert incumbent(registry, network().spec) is None


def test_a_champion_is_one_where_it_reads_the_same_inputs(registry: ModelRegistry) -> None:
    registry.promote("v1")
    spec = network().spec
    found = incumbent(registry, spec)
    assert found is not None
    assert found.document() == network().document()
    assert incumbent(registry, replace(spec, yearly=True)) is None
    assert incumbent(registry, replace(spec, window_ms=spec.window_ms // 24)) is None


def test_weights_of_another_layout_are_none_and_cannot_be_promoted(registry: ModelRegistry) -> None:
    registry.promote("v1")
    made = network()
    older = {**made.weights, "dense_0/kernel": made.weights["dense_0/kernel"][:-8]}
    store.write(registry.folder / "v1" / "weights.ptide", pack(made.document(), older))
    assert incumbent(registry, made.spec) is None
    with pytest.raises(InputError, match="dense_0/kernel has shape"):
        promotion(registry, "v1")
