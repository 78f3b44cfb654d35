"""Weights on `model-updates`: what arrives whole is loaded, all else is refused with a reason."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.demand.networks import chunks
from online_models.demand.networks.container import WeightsError, pack, unpack
from online_models.demand.networks.expert import MODEL, DeepExpert
from online_models.demand.networks.network import Network
from schemas.records.demand.model_updates import ModelUpdate

Make = Callable[..., Network]
NOW = 1_700_000_000_000


def standing(version: str = "v1", status: str = "challenger") -> chunks.ModelStanding:
    return chunks.ModelStanding(MODEL, version, NOW, NOW, {"mase": 0.7}, status)


def values(
    network: Network, version: str = "v1", status: str = "challenger"
) -> list[dict[str, Any]]:
    return chunks.records(network.document(), network.weights, standing(version, status))


def update(value: dict[str, Any]) -> ModelUpdate:
    return ModelUpdate.model_validate(value)


def spoiled(value: dict[str, Any], data: bytes) -> dict[str, Any]:
    """The one-part record with other bytes under their right checksum."""
    return {
        **value,
        "weights": base64.b64encode(data).decode(),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def test_a_network_survives_the_wire(random_network: Make) -> None:
    network = random_network("mlp")
    assembly = chunks.Assembly()
    got = [assembly.add(update(value)) for value in values(network)]
    assert got[:-1] == [None] * (len(got) - 1)
    assert got[-1] is not None
    again = Network.of(*got[-1])
    assert again.document() == network.document()
    assert all(np.array_equal(again.weights[k], v) for k, v in network.weights.items())


def test_parts_may_come_in_any_order_twice_and_anew(
    random_network: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "PART", 4096)
    monkeypatch.setattr(chunks, "MOST_PARTS", 1000)
    parts = values(random_network("mlp"))
    assert len(parts) > 3
    expert = DeepExpert()
    for value in [parts[2], parts[0], parts[0], *parts[:-1]]:
        assert expert.accept(update(value)).kind == "pending"
    assert expert.accept(update(parts[-1])).kind == "accepted"


def cases(network: Network) -> dict[str, tuple[dict[str, Any], str]]:
    (value,) = values(network, "v2")
    data = pack(network.document(), network.weights)
    name = "head/kernel"
    poisoned = {**network.weights, name: network.weights[name] * np.float32("nan")}
    huge = {**network.weights, name: network.weights[name] + np.float32(1e9)}
    square = {**network.weights, name: network.weights[name][:, :3]}
    missing = {k: v for k, v in network.weights.items() if k != name}
    other = {**network.document(), "name": "nothing"}
    wide = replace(network.spec, lookback=99).document()
    document = network.document()
    return {
        "corrupt": ({**value, "weights": "A" + value["weights"][1:]}, "sha256"),
        "truncated": (spoiled(value, data[:-40]), "cut off"),
        "too long": (spoiled(value, data + b"\0"), "too many"),
        "wrong checksum": ({**value, "sha256": "0" * 64}, "sha256"),
        "no checksum": ({**value, "sha256": None}, "sha256: required"),
        "not base64": ({**value, "weights": "%%%"}, "base64"),
        "not text": ({**value, "weights": [1, 2]}, "no text"),
        "no container": (spoiled(value, b"pickle!!" + data[8:]), "first bytes"),
        "not finite": (spoiled(value, pack(document, poisoned)), f"{name} holds a value that is"),
        "absurd": (spoiled(value, pack(document, huge)), "beyond"),
        "wrong shape": (spoiled(value, pack(document, square)), f"{name} has shape"),
        "missing weight": (spoiled(value, pack(document, missing)), f"{name} is missing"),
        "unknown architecture": (
            {**spoiled(value, pack(other, network.weights)), "architecture": other},
            "architecture",
        ),
        "window too wide": (
            {
                **spoiled(value, pack({**document, "spec": wide}, network.weights)),
                "architecture": {**document, "spec": wide},
            },
            "spec.window",
        ),
        "other architecture declared": ({**value, "architecture": other}, "architecture"),
        "impossible part": ({**value, "chunk": 7}, "chunk: 7 of 1"),
        "too many parts": ({**value, "chunks": 10**9}, "chunk"),
    }


def test_a_bad_update_is_refused_with_a_reason_and_the_champion_stays(random_network: Make) -> None:
    champion = random_network("mlp", seed=1)
    for label, (value, reason) in cases(random_network("mlp", seed=2)).items():
        expert = DeepExpert()
        for good in values(champion, "v1", "champion"):
            expert.accept(update(good))
        verdict = expert.accept(update(value))
        assert verdict.kind == "rejected", label
        assert reason in verdict.reason, (label, verdict.reason)
        assert expert.version == "v1"
        assert expert.champions.challenger is None


def test_fields_of_a_newer_trainer_are_no_error(random_network: Make) -> None:
    expert = DeepExpert()
    for value in values(random_network("mlp")):
        verdict = expert.accept(update({**value, "trained_by": {"host": "x"}}))
    assert verdict.kind == "accepted"


def test_after_a_bad_part_the_whole_may_come_again(random_network: Make) -> None:
    expert = DeepExpert()
    (value,) = values(random_network("cnn"))
    assert expert.accept(update({**value, "sha256": "0" * 64})).kind == "rejected"
    assert expert.accept(update(value)).kind == "accepted"


def test_standing_alone_promotes_and_retires_known_versions(random_network: Make) -> None:
    expert = DeepExpert()
    for value in values(random_network("mlp")):
        expert.accept(update(value))
    assert expert.version is None
    unknown = chunks.announcement(standing("v9", "champion"))
    assert expert.accept(update(unknown)).kind == "rejected"
    assert expert.accept(update(chunks.announcement(standing("v1", "champion")))).kind == "accepted"
    assert expert.version == "v1"
    assert expert.accept(update(chunks.announcement(standing("v1", "retired")))).kind == "accepted"
    assert expert.version is None


@settings(max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 80))
def test_arbitrary_bytes_are_refused_and_never_crash(noise: bytes, cut: int) -> None:
    data = pack({"name": "mlp"}, {"a": np.ones((3, 2), np.float32)})
    for bad in (noise, data[:cut] + noise, data[: -1 - cut]):
        if bad != data:
            with pytest.raises(WeightsError):
                Network.of(*unpack(bad))
