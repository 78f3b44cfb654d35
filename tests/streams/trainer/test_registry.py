from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from online_models.demand.networks.chunks import ModelStanding, records
from online_models.demand.networks.expert import MODEL
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo import ARCHITECTURES, head
from online_models.training.model_card import ModelCard
from schemas.topics import decode
from streams.errors import InputError
from streams.recording import Recording
from streams.trainer import publish, store
from streams.trainer.registry import CHALLENGER, CHAMPION, ModelRegistry

MEASURES = {"mase": 0.6, "wape": 0.7, "mae": 1.0, "mse": 2.0, "pinball": 0.4, "log_loss": 1.9}
MEASURES["bias"] = 0.0


def network() -> Network:
    spec, mlp = Spec(items=16, categories=4), ARCHITECTURES["mlp"]
    hyper = mlp.defaults()
    shapes = head.shapes(mlp, spec, hyper)
    weights = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    return Network(mlp, spec, hyper, weights)


def card(version: str) -> ModelCard:
    return ModelCard(
        version=version,
        model=network().document(),
        trained_at=1_700_000_000_000,
        trained_from=1_690_000_000_000,
        trained_through=1_699_000_000_000,
        rows=100,
        offers=5,
        seconds=1.0,
        search={"mlp-1": MEASURES},
        holdout={version: MEASURES, "level": {**MEASURES, "log_loss": 2.5}},
    )


def test_a_new_version_is_the_challenger_until_it_is_promoted(tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path)
    assert (registry.alias(CHAMPION), registry.versions()) == (None, [])
    registry.add(network(), card("v1"))
    registry.nominate("v1")
    assert (registry.alias(CHAMPION), registry.alias(CHALLENGER)) == (None, "v1")
    registry.promote("v1")
    registry.nominate("v1")
    assert (registry.alias(CHAMPION), registry.alias(CHALLENGER)) == ("v1", None)
    registry.add(network(), card("v2"))
    registry.nominate("v2")
    assert (registry.alias(CHAMPION), registry.alias(CHALLENGER)) == ("v1", "v2")
    assert registry.versions() == ["v1", "v2"]
    with pytest.raises(InputError, match="no version 'v3'"):
        registry.promote("v3")


def test_a_version_comes_back_as_it_was(tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path)
    registry.add(network(), card("v1"))
    again = registry.model("v1")
    assert again.document() == network().document()
    assert ModelCard(**registry.describe("v1")) == card("v1")


def test_a_version_without_its_last_file_is_none(tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path)
    registry.add(network(), card("v1"))
    (tmp_path / "v1" / "version.json").unlink()
    assert registry.versions() == []


def test_a_version_whose_error_compares_with_nothing_is_published_without_a_mase(
    tmp_path: Path,
) -> None:
    silent = {**MEASURES, "mase": float("nan")}
    made = replace(card("v1"), holdout={"v1": silent, "level": silent})
    assert "nan %" not in made.text()
    assert "no MASE" in made.text()
    registry = ModelRegistry(tmp_path)
    registry.add(network(), made)
    again = ModelCard(**registry.describe("v1"))
    standing = ModelStanding(
        MODEL, "v1", again.trained_at, again.trained_through, again.holdout["v1"]
    )
    update = records(network().document(), network().weights, standing)
    publish.to_recording(tmp_path, publish.UPDATES, update)
    (sent,) = Recording([tmp_path])
    assert sent.value is not None
    metrics = decode("model-updates", sent.value).metrics
    assert set(metrics) == set(MEASURES) - {"mase"}


class Killed(BaseException):
    """The process ends here."""


def keep(registry: ModelRegistry) -> None:
    """What a run does in the end, where it has not been done."""
    if "v1" not in registry.versions():
        registry.add(network(), card("v1"))
    registry.nominate("v1")


@pytest.mark.parametrize("unfinished", [True, False])
@pytest.mark.parametrize("writes", range(4))
def test_killed_at_any_write_it_knows_complete_versions_alone_and_comes_to_the_same_end(
    writes: int, unfinished: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, left = store.write, [writes]

    def killed(path: Path, data: bytes) -> None:
        if not left[0]:
            if unfinished:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.with_name(f"{path.name}.1.part").write_bytes(data[: len(data) // 2])
            raise Killed
        left[0] -= 1
        whole(path, data)

    registry = ModelRegistry(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(store, "write", killed)
        with pytest.raises(Killed):
            keep(registry)
    for version in registry.versions():
        assert registry.model(version).document() == network().document()
    assert registry.alias(CHALLENGER) is None
    keep(registry)
    assert (registry.versions(), registry.alias(CHALLENGER)) == (["v1"], "v1")
    assert (tmp_path / "v1" / "card.md").read_text() == card("v1").text()


def test_the_card_says_what_the_version_is_and_how_it_did(tmp_path: Path) -> None:
    ModelRegistry(tmp_path).add(network(), card("v1"))
    text = (tmp_path / "v1" / "card.md").read_text()
    for part in ("# Model card: demand v1", "40 % below", "| level | 0.6", "## Limits"):
        assert part in text
