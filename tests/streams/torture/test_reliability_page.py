"""The page of a report has every kind of fault, and none that is gone."""

from __future__ import annotations

from streams.torture.live.kills import FAULTS
from streams.torture.reliability_page import REAL, SIMULATED, page
from streams.torture.simulated.faults import KINDS


def test_every_fault_has_words() -> None:
    assert SIMULATED.keys() == KINDS.keys()
    assert REAL.keys() == FAULTS.keys()


def test_a_page_says_what_was_lost_in_all_runs() -> None:
    kills = {"runs": 2, "seconds": 9.0, "faults": {"kill": 7}, "records": 5, "outputs": 4}
    more = kills | {"faults": {"kill": 3, "host": 4}, "lost": 0, "double": 1, "ends": {"-9": 15}}
    more["killed_at_work"] = 11
    text = page({"kills": kills | {"lost": 3, "double": 2, "ends": {"-9": 8}}}, {"kills": more})
    assert "| worker killed (SIGKILL) | 10 |" in text
    assert "killed at 14 moments, 23 workers in all, 11 of them" in text
    assert "3 lost, 3 double" in text
    assert "Simulated" not in text


def test_a_run_without_a_kill_has_a_page() -> None:
    found = {"runs": 1, "seconds": 1.0, "faults": {}, "records": 5, "outputs": 4}
    text = page({"kills": found | {"lost": 0, "double": 0, "ends": {}}})
    assert "killed at 0 moments, 0 workers in all" in text
