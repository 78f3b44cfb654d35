"""The page of a report has every kind of fault, and none that is gone."""

from __future__ import annotations

from streams.torture.live.kills import FAULTS
from streams.torture.reliability_page import REAL, SIMULATED, page
from streams.torture.simulated.faults import KINDS


def test_every_fault_has_words() -> None:
    assert SIMULATED.keys() == KINDS.keys()
    assert REAL.keys() == FAULTS.keys()


def test_a_page_says_what_was_lost() -> None:
    kills = {"runs": 2, "seconds": 9.0, "faults": {"kill": 7}, "records": 5, "outputs": 4}
    text = page({"kills": kills | {"lost": 3, "double": 2, "ends": {"-9": 8}}})
    assert "| worker killed (SIGKILL) | 7 |" in text
    assert "3 lost, 2 double. 8 workers were killed" in text
    assert "Simulated" not in text
