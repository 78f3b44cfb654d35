"""Train the pricing policy in simulated markets, and judge it in others."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from online_models.demand.networks.chunks import ModelStanding, records
from online_models.demand.networks.container import pack
from online_models.market.compose import compose
from online_models.pricing.learned.policy import MODEL, LearnedPolicy
from online_models.training.fitted_q import DAYS, MARKETS, OFFERS, train
from online_models.training.rollout import rollout
from streams.trainer import store

#: Markets of the judgement are drawn from seeds that training never uses.
JUDGED_FROM = 900_000


def run(folder: Path, seed: int, report: Callable[[str], None]) -> list[dict[str, Any]]:
    """Train a policy; keep it below `folder`; return its `model-updates` values.

    It takes a minute of one core. Killed, it starts over.
    """
    policy = train(seed, progress=report)
    data = pack(policy.document(), policy.weights)
    version = f"policy-{seed}-{hashlib.sha256(data).hexdigest()[:8]}"
    metrics = {
        "profit_share": _share(policy),
        "profit_share_following_belief": _share(None),
    }
    now = time.time_ns() // 1_000_000
    kept = folder / "registry" / MODEL / version
    store.write(kept / "weights.ptide", data)
    store.write_json(kept / "version.json", {"trained_at": now, "metrics": metrics})
    report(
        f"share of the clairvoyant's profit in other markets: {metrics['profit_share']:.3f}; "
        f"the markup alone {metrics['profit_share_following_belief']:.3f}"
    )
    standing = ModelStanding(MODEL, version, now, now, metrics, "champion")
    return records(policy.document(), policy.weights, standing)


def _share(policy: LearnedPolicy | None) -> float:
    """Mean share of the clairvoyant's profit by offer and day, in markets of its own."""
    rewards = [
        float(
            rollout(
                compose(name, seed=JUDGED_FROM + place, offers=OFFERS, sales=sales),
                DAYS,
                policy,
                0.0,
                JUDGED_FROM,
            ).reward.mean()
        )
        for place, (name, sales) in enumerate(MARKETS)
    ]
    return 1.0 + sum(rewards) / len(rewards)
