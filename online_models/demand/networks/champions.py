"""Which trained network forecasts: the champion, and a challenger that must beat it first.

Every learnt window scores them on the same windows. A challenger is promoted once its trial against
the champion (without one: against each offer's running level) is won; a champion that loses to the
running level is demoted, and the one before it comes back.

A gambler bets at even odds that the next mean difference of log scores is positive. If it were not
positive on average, the capital would not grow on average, whenever one looks: the test may be
read after every window. A bet that has lost almost all starts over with a small stake, so that a
model that was bad once can still prove itself; a wrong verdict then comes at most once in
ENOUGH / LEAST = 400 windows on average.

References: Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", JRSS B
86 (2024); Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change
detection", 2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from online_models.demand.networks.container import pack, unpack
from online_models.demand.networks.network import Network
from online_models.numerics.arrays import Floats
from online_models.persistence.kinds import Coded
from online_models.persistence.saved import Saved

#: Differences of mean log scores beyond this (nats a window) count as this much: one wild day
#: decides nothing.
BOUND = 0.1
#: Shares of the capital that the bets risk at BOUND; the capital is spread over them equally.
STAKES = (0.05, 0.1, 0.2, 0.4, 0.8)
#: Capital that ends the trial, and the capital with which a lost bet starts over.
ENOUGH = 20.0
LEAST = 0.05


class SequentialTest:
    """A running bet, one difference a window.

    >>> trial = SequentialTest()
    >>> for _ in range(60):
    ...     trial.see(0.03)
    >>> trial.won
    True
    """

    def __init__(self, capital: Floats | None = None) -> None:
        self.capital = np.ones(len(STAKES)) if capital is None else np.array(capital, np.float64)

    def see(self, difference: float) -> None:
        """Bet on one window's difference (nats a window); one that is not finite is no window."""
        if difference - difference != 0.0:
            return
        outcome = min(max(difference, -BOUND), BOUND) / BOUND
        self.capital = np.maximum(self.capital * (1.0 + np.array(STAKES) * outcome), LEAST)

    @property
    def wealth(self) -> float:
        """The capital, a multiple of the start."""
        total = 0.0
        for part in self.capital.tolist():
            total += part
        return total / len(STAKES)

    @property
    def won(self) -> bool:
        """Whether the first forecast is better."""
        return self.wealth >= ENOUGH


class Notice(NamedTuple):
    """Something that deserves an alert: its kind, in words, and the versions concerned."""

    kind: str
    message: str
    details: dict[str, Any]
    severity: str = "warning"


@dataclass(slots=True)
class Candidate:
    """A version of the network and the running trial that concerns it."""

    version: str
    network: Network
    trial: SequentialTest


def _plain(candidate: Candidate | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    network = pack(candidate.network.document(), candidate.network.weights)
    capital = candidate.trial.capital.copy()
    return {"version": candidate.version, "capital": capital, "network": network}


def _candidate(plain: dict[str, Any] | None) -> Candidate | None:
    if plain is None:
        return None
    network = Network.of(*unpack(plain["network"]))
    return Candidate(plain["version"], network, SequentialTest(plain["capital"].copy()))


class Champions:
    """Champion, challenger and the champion before; mutated by updates and by scores."""

    SAVED = Saved(
        champion=Coded(_plain, _candidate),
        challenger=Coded(_plain, _candidate),
        previous=Coded(_plain, _candidate),
    )

    def __init__(self) -> None:
        self.champion: Candidate | None = None
        self.challenger: Candidate | None = None
        self.previous: Candidate | None = None

    def install(self, version: str, network: Network, champion: bool) -> None:
        """Install a new version, as champion at once or as challenger in place of the last one."""
        candidate = Candidate(version, network, SequentialTest())
        if champion:
            self._make_champion(candidate)
        elif self.champion is None or self.champion.version != version:
            self.challenger = candidate

    def promote(self, version: str) -> bool:
        """Make a known version champion; False where it is not known."""
        for candidate in (self.champion, self.challenger, self.previous):
            if candidate is not None and candidate.version == version:
                if candidate is not self.champion:
                    self._make_champion(Candidate(version, candidate.network, SequentialTest()))
                return True
        return False

    def retire(self, version: str) -> bool:
        """Drop a version; False where it is not known."""
        known = False
        for place in ("challenger", "previous", "champion"):
            candidate = getattr(self, place)
            if candidate is not None and candidate.version == version:
                setattr(self, place, None)
                known = True
        if self.champion is None and self.previous is not None:
            self.champion, self.previous = self.previous, None
        return known

    def score(self, level: float, champion: float, challenger: float) -> list[Notice]:
        """Judge one window by mean log scores (nats a window; NaN where there is none)."""
        notices: list[Notice] = []
        if self.challenger is not None:
            self.challenger.trial.see(challenger - (level if self.champion is None else champion))
        if self.champion is not None:
            self.champion.trial.see(level - champion)
        if self.challenger is not None and self.challenger.trial.won:
            version, network = self.challenger.version, self.challenger.network
            before = None if self.champion is None else self.champion.version
            self._make_champion(Candidate(version, network, SequentialTest()))
            message = f"model {version} has won its trial and forecasts from now on"
            notices.append(
                Notice("model_promoted", message, {"version": version, "before": before}, "info")
            )
        elif self.champion is not None and self.champion.trial.won:
            version = self.champion.version
            self.champion, self.previous = self.previous, None
            now = None if self.champion is None else self.champion.version
            if self.champion is not None:
                self.champion.trial = SequentialTest()
            then = "no deep model forecasts" if now is None else f"model {now} is back"
            message = f"model {version} forecasts worse than running levels; {then}"
            notices.append(Notice("model_degraded", message, {"version": version, "now": now}))
        return notices

    def _make_champion(self, candidate: Candidate) -> None:
        if self.challenger is not None and self.challenger.version == candidate.version:
            self.challenger = None
        if self.champion is not None and self.champion.version != candidate.version:
            self.previous = self.champion
        elif self.previous is not None and self.previous.version == candidate.version:
            self.previous = None
        self.champion = candidate
