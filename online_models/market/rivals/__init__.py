"""Rivals by name; a new one is a file and a line here."""

from __future__ import annotations

from online_models.market.rivals.behaviour import Behaviour
from online_models.market.rivals.cycle import Cycle
from online_models.market.rivals.match import Match
from online_models.market.rivals.sleep import Sleep
from online_models.market.rivals.undercut import Undercut

RIVALS: dict[str, type[Behaviour]] = {
    "match": Match,
    "undercut": Undercut,
    "cycle": Cycle,
    "sleep": Sleep,
}
