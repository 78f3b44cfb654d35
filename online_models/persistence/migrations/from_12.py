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
        "clock": _clock(state["clock"]),
        "progress": _progress(state["progress"]),
        "catalogue": _catalogue(state["catalogue"]),
        "listing": state["listing"],
        "competitors": {
            "entries": state["rivals"]["entries"],
            "names": _names(state["rivals"]["names"]),
        },
        "stock": _stock(state["stock"]),
        "windows": _windows(state["buckets"]),
        "sales_speed": {"speed": state["pace"]},
        "elasticities": state["elasticities"],
        "evidence": {
            "origin": state["sharing"]["origin"],
            "announced": dict.fromkeys(state["sharing"]["told"]),
            "received": state["sharing"]["heard"],
        },
        "drift_reports": {
            "rows": state["drifting"]["rows"],
            "last_report_ms": state["drifting"]["told"],
        },
        "day": state["day"],
        "order_log": state["orders"],
        "cleaning": _cleaning(state["cleaning"]),
        "demand": _demand(state["demand"]),
        "pricing": _pricing(state["pricing"]),
        "waiting": state["waiting"],
        "counts": state["counts"],
        "notices": state["notices"],
    }


def _clock(clock: Plain) -> dict[str, Any]:
    sources = {(topic, number): (at, idle) for topic, number, at, idle in clock["sources"]}
    return {**clock, "sources": sources}


def _progress(progress: Plain) -> dict[str, Any]:
    return {
        "offsets": {(topic, number): offset for topic, number, offset in progress["offsets"]},
        "identities": np.stack([progress["identities"], progress["times"]]),
        "repeats": progress["repeats"],
        "duplicates": progress["duplicates"],
        "pruned": progress["pruned"],
    }


def _catalogue(catalogue: Plain) -> dict[str, Any]:
    return {
        **{f"{kind}_names": _names(names) for kind, names in catalogue["names"].items()},
        "skus": catalogue["skus"],
        "offers": catalogue["offers"],
        "tags": catalogue["tags"],
        "substitutes": catalogue["substitutes"],
        "titles": catalogue["titles"],
        "fees": [dict(fees) for fees in catalogue["fees"]],
        "version": catalogue["version"],
    }


def _stock(stock: Plain) -> dict[str, Any]:
    return {
        "levels": stock["levels"],
        "locations": {row: dict(places) for row, places in stock["locations"]},
        "counted": {
            sku: {(channel, location): count for (channel, location), count in known}
            for sku, known in stock["counted"]
        },
        "sold": stock["sold"],
        "skus": stock["skus"],
    }


def _windows(buckets: Plain) -> dict[str, Any]:
    return {
        "signals": buckets["signals"],
        "hourly_span": buckets["window"],
        "coarse": _grain(buckets["coarse"]),
        "fine": _grain(buckets["fine"]),
        "split": buckets["split"],
    }


def _grain(grain: Plain) -> dict[str, Any]:
    return {**grain, "open": {int(index): sums for index, sums in grain["open"].items()}}


def _cleaning(cleaning: Plain) -> dict[str, Any]:
    detectors = {
        name: {**_memory(part["memory"]), "findings": part["findings"]}
        for name, part in cleaning.items()
        if name != "rivals"
    }
    return {"competitors": cleaning["rivals"], "detectors": detectors}


def _memory(memory: Plain) -> Plain:
    if "used" in memory:
        hour, limit = memory["shared"]
        cells = {"used": memory["used"], "counts": memory["counts"]}
        return {"cells": cells, "hour": hour, "limit": limit}
    if "shared" in memory:
        names = ("mean", "deviation", "seen", "due", "bounded")
        shared = dict(zip(names, memory["shared"], strict=True))
        return {"scale": {"rows": memory["rows"], **shared}}
    return memory


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
