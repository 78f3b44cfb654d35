"""Fitted Q iteration: the value of each action in each state, from days that were simulated.

References: Ernst, Geurts, Wehenkel, "Tree-based batch mode reinforcement learning", JMLR 6 (2005);
Riedmiller, "Neural fitted Q iteration", ECML 2005.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from online_models.demand.networks.zoo.network import export
from online_models.market.compose import compose
from online_models.pricing.learned.policy import FACTORS, HIDDEN, LearnedPolicy
from online_models.pricing.learned.state import FEATURES
from online_models.training.network_training import seed_keras
from online_models.training.rollout import Transitions, rollout

#: A reward a day later counts this much: learning about demand pays back over weeks.
DISCOUNT = 0.96
#: Rounds of simulation, each with the policy so far, and sweeps of fitting after each.
ROUNDS = 3
SWEEPS = 12
EPOCHS = 2
BATCH = 1024
#: Share of random actions in each round.
CHANCE = (0.6, 0.3, 0.2)
#: Markets to learn in: as different as the curves of the simulator, fast and slow sellers.
MARKETS = (("plain", 2.0), ("plain", 8.0), ("mixed", 8.0), ("valuation", 4.0), ("matched", 8.0))
OFFERS = 45
DAYS = 90


def train(
    seed: int = 0,
    markets: Sequence[tuple[str, float]] = MARKETS,
    days: int = DAYS,
    progress: Callable[[str], None] = lambda _text: None,
) -> LearnedPolicy:
    """A policy trained in simulated markets (name, sales a day).

    `progress` is called with a line after each round.
    """
    import keras

    seed_keras(seed)
    model = _network(keras)
    policy: LearnedPolicy | None = None
    known: list[Transitions] = []
    for number in range(ROUNDS):
        for place, (name, sales) in enumerate(markets):
            market = compose(
                name, seed=1000 * seed + 10 * number + place, offers=OFFERS, sales=sales
            )
            known.append(rollout(market, days, policy, CHANCE[number], seed + 100 * number + place))
        data = Transitions.joined(known)
        policy = _fitted(model, data)
        progress(
            f"round {number + 1}: {len(data.action)} offer-days, reward {data.reward.mean():.4f}"
        )
    assert policy is not None
    return policy


def _network(keras: Any) -> Any:
    layers = keras.layers
    x = state = keras.Input((FEATURES,), name="state")
    for i in range(2):
        x = layers.Dense(HIDDEN, activation="relu", name=f"dense_{i}")(x)
    model = keras.Model(state, layers.Dense(len(FACTORS), name="values")(x))
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss=_chosen_error)
    return model


def _chosen_error(target: Any, values: Any) -> Any:
    """Squared error of the chosen action's value; `target` is (action, value), shape (n, 2)."""
    import tensorflow as tf

    chosen = tf.one_hot(tf.cast(target[:, 0], tf.int32), len(FACTORS))
    return tf.square(target[:, 1] - tf.reduce_sum(chosen * values, axis=1))


def _fitted(model: Any, data: Transitions) -> LearnedPolicy:
    """Sweeps of Q ← r + discount · max Q′, each a few epochs of regression."""
    now, then = data.state.astype(np.float32), data.then.astype(np.float32)
    # rewards as deviations keep the values near 0, where the network starts
    reward = data.reward - data.reward.mean()
    policy = LearnedPolicy(export(model))
    for _ in range(SWEEPS):
        value = reward + DISCOUNT * policy.values(then).max(axis=1)
        target = np.stack([data.action, value - value.mean()], axis=1).astype(np.float32)
        model.fit(now, target, batch_size=BATCH, epochs=EPOCHS, verbose=0)
        policy = LearnedPolicy(export(model))
    return policy
