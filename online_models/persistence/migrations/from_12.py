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
        "waiting": {row: record for row, *record in state["waiting"]},
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


#: Parts of the demand models; whatever else stood beside them was a River model by its name.
_MODELS = ("registry", "tree", "calendar", "mixture", "models", "watch", "markups", "cohorts")
_EXPERTS = ("count", "filter", "panel", "deep")


def _demand(demand: Plain) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, array in demand.items():
        first = name.partition(".")[0]
        if first in _MODELS or first in _EXPERTS:
            _put(parts, name.split("."), array)
    experts = {
        name.removesuffix(".state"): {"graph": array.tobytes()}
        for name, array in demand.items()
        if name.partition(".")[0] not in parts
    }
    for name, make in (("count", _count), ("filter", _filter), ("panel", _panel), ("deep", _deep)):
        if name in parts:
            experts[name] = make(parts[name])
    cohorts = dict(parts["cohorts"])
    return {
        "registry": parts["registry"],
        "tree": parts["tree"],
        "calendar": parts["calendar"],
        "mixture": parts["mixture"],
        "channels": parts["models"]["channels"],
        "watch": {"graph": parts["watch"]["state"].tobytes()},
        "markups": parts["markups"],
        "cohorts": {
            "offers": {name: cohorts.pop(name) for name in ("price", "markup")},
            **cohorts,
            "day": int(cohorts["day"][0]),
        },
        "experts": experts,
    }


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _count(count: Plain) -> dict[str, Any]:
    return {
        **count,
        "dispersion": _apart(count["dispersion"], "state", "cells"),
        "shop": _apart(count["shop"], "state", "mean", "precision"),
    }


def _apart(flat: Plain, part: str, *rest: str) -> dict[str, Any]:
    """All of `flat` but the `rest` as a part of its own."""
    own = {name: array for name, array in flat.items() if name not in rest}
    return {part: own, **{name: flat[name] for name in rest}}


def _filter(hierarchical: Plain) -> dict[str, Any]:
    pools, siblings = dict(hierarchical["pools"]), hierarchical["siblings"]
    shared = {name: pools.pop(name) for name in ("mean", "variance", "scatter")}
    return {
        **hierarchical,
        "pools": {"shared": shared, **pools},
        "siblings": {**siblings, "channels": int(siblings["channels"][0])},
    }


def _panel(panel: Plain) -> dict[str, Any]:
    level = dict(panel["product_level"])
    belief = ("periods", "clock", "last", "tried", "exponents", "told", "doubt")
    products = ("product_of", "open_block", "taken", "blocks")
    return {
        **panel,
        "products": _apart(panel["products"], "state", *products),
        "product_level": {"belief": {name: level.pop(name) for name in belief}, "state": level},
        "channel_level": _apart(panel["channel_level"], "equations", "deviation"),
        "channel_slopes": {"equations": panel["channel_slopes"]},
    }


def _deep(deep: Plain) -> dict[str, Any]:
    assembly, notices = msgspec.msgpack.decode(deep["pending"].tobytes())
    history = deep["history"]
    champions = dict.fromkeys(("champion", "challenger", "previous"))
    for place, data in deep.get("champions", {}).items():
        version, capital, network = msgspec.msgpack.decode(data.tobytes())
        champion = {"version": version, "capital": np.array(capital), "network": network}
        champions[place] = champion
    return {
        "offers": deep["offers"],
        "history": {**history, "bucket": int(history["bucket"][0])},
        "champions": champions,
        "assembly": _assembly(assembly),
        "notices": notices,
    }


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
