"""Trained versions in a folder, with the aliases `champion` and `challenger`.

`VERSION/weights.ptide` of a network or `VERSION/estimator.skops` of a regressor, `VERSION/card.md`,
`VERSION/version.json`; and `aliases.json`.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from online_models.demand.networks.chunks import ModelStanding, records
from online_models.demand.networks.container import WeightsError
from online_models.demand.networks.expert import MODEL
from online_models.demand.networks.network import Network
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.model_card import ModelCard
from online_models.training.saved_models import Trained, from_bytes, to_bytes
from streams.errors import InputError
from streams.trainer import store
from streams.trainer.store import outdated

CHAMPION = "champion"
CHALLENGER = "challenger"


class ModelRegistry:
    """The versions of one model below `folder`; each file is complete or absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def versions(self) -> list[str]:
        """All complete versions, sorted."""
        return sorted(path.parent.name for path in self.folder.glob("*/version.json"))

    def add(self, model: Trained, card: ModelCard) -> None:
        """Keep a version."""
        folder = self.folder / card.version
        store.write(folder / _file(card.model["name"]), to_bytes(model))
        store.write(folder / "card.md", card.text().encode())
        # last: a version is there once it can be described
        store.write_json(folder / "version.json", asdict(card))

    def nominate(self, version: str) -> None:
        """Call a version the challenger, unless it is the champion."""
        if self.alias(CHAMPION) != version:
            self._call({CHALLENGER: version})

    def model(self, version: str) -> Trained:
        """The model of a version; WeightsError where it reads other inputs than this code has."""
        described = self.describe(version)["model"]
        data = (self.folder / version / _file(described["name"])).read_bytes()
        return from_bytes(described, data)

    def newest(self) -> str | None:
        """The version that was trained last, None where there is none."""
        return max(
            self.versions(), key=lambda name: self.describe(name)["trained_at"], default=None
        )

    def describe(self, version: str) -> dict[str, Any]:
        """The facts of a version's card; InputError where there is no such version."""
        document = store.read_json(self.folder / version / "version.json")
        if document is None:
            raise InputError(f"there is no version {version!r} in {self.folder}")
        found: dict[str, Any] = document
        if "network" in found:
            # as it was called while networks alone could become versions
            found["model"] = found.pop("network")
        return found

    def alias(self, name: str) -> str | None:
        """The version that an alias stands for, None where it stands for none."""
        aliases = store.read_json(self.folder / "aliases.json") or {}
        version: str | None = aliases.get(name)
        return version

    def promote(self, version: str) -> None:
        """Call a version the champion; InputError where there is no such version."""
        self.describe(version)
        challenger = self.alias(CHALLENGER)
        self._call({CHAMPION: version, CHALLENGER: None if challenger == version else challenger})

    def prune(self, most: int) -> None:
        """Forget all but the `most` latest versions, and those that an alias stands for."""
        called = {self.alias(CHAMPION), self.alias(CHALLENGER)}
        for old in outdated(self.folder, most):
            if old.name not in called:
                # first: without it what is left of a version is none
                (old / "version.json").unlink(missing_ok=True)
                shutil.rmtree(old)

    def _call(self, names: dict[str, str | None]) -> None:
        aliases = store.read_json(self.folder / "aliases.json") or {}
        store.write_json(self.folder / "aliases.json", aliases | names)


def _file(name: str) -> str:
    """The file of a model of that name."""
    return "weights.ptide" if name in ARCHITECTURES else "estimator.skops"


def promotion(registry: ModelRegistry, version: str) -> list[dict[str, Any]]:
    """Make a version the champion; returns the `model-updates` that make workers use it.

    InputError where it is no network: others forecast on `demand-forecasts` alone, and count for
    what they have earned there.
    """
    facts = registry.describe(version)
    try:
        network = registry.model(version)
    except WeightsError as error:
        raise InputError(f"{version}: {error}") from None
    if not isinstance(network, Network):
        raise InputError(f"{version} is no network: it counts for as much as its forecasts earn")
    registry.promote(version)
    trained = facts["trained_at"], facts["trained_through"]
    standing = ModelStanding(MODEL, version, *trained, facts["holdout"][version], "champion")
    return records(network.document(), network.weights, standing)
