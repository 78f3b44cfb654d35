"""Version 12 → 13: one layout throughout, every part under its own name, maps instead of pairs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np

Plain = Mapping[str, Any]


def migrate(state: Plain) -> dict[str, Any]:
    """The whole state."""
    return {
        **state,
        "demand": _demand(state["demand"]),
        "pricing": _pricing(state["pricing"]),
    }


def _demand(demand: Plain) -> dict[str, Any]:
    assembly, notices = msgspec.msgpack.decode(demand["deep.pending"].tobytes())
    pending = msgspec.msgpack.encode([_assembly(assembly), notices])
    return {**demand, "deep.pending": np.frombuffer(pending, np.uint8).copy()}


def _pricing(pricing: Plain) -> dict[str, Any]:
    book, promotions, shoppers = pricing["book"], pricing["promotions"], pricing["shoppers"]
    seat = pricing["seat"]
    return {
        "ledger": pricing["ledger"],
        "history": pricing["history"],
        "promotions": {
            "ids": _names(promotions["ids"]),
            "records": promotions["records"],
            "attributes": _names(promotions["attributes"]),
            "of_offer": dict(promotions["of_offer"]),
        },
        "policies": {
            "policies": book["policies"],
            "slots": {name: slot for slot, name in enumerate(book["ids"], start=1)},
            "editions": book["editions"],
            "latest": book["latest"],
        },
        "notes": {"texts": {kind: dict(texts) for kind, texts in pricing["notes"].items()}},
        "shoppers": {
            "lines": shoppers["lines"],
            "habits": {customer: habit for customer, *habit in shoppers["habits"]},
            "buyers": {row: dict(buyers) for row, buyers in shoppers["buyers"]},
            "pruned": shoppers["pruned"],
        },
        "kill_switch": {"standing": [json.dumps(order) for order in pricing["standing"]]},
        "silent_channels": pricing["silent_channels"],
        "model_version": pricing["model_version"],
        "reported_silence": pricing["silence_told"],
        "learned_policy": {
            "version": seat["version"],
            "sent": seat["sent"],
            "assembly": _assembly(seat["assembly"]),
        },
        "margins": pricing["margins"],
    }


def _assembly(assembly: Plain) -> dict[str, Any]:
    return {**assembly, "parts": dict(assembly["parts"])}


def _names(names: Iterable[str]) -> dict[str, Any]:
    return {"names": list(names)}
