"""Every expert passes the shared battery."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from online_models.demand.evaluation import checks

HOSTILE = checks.check_hostile_data_leave_no_nan
#: In a run without patience; the check itself says how many there are to be.
FEW_HOSTILE_UPDATES = 10_000
CASES = [
    (check, expert)
    for check in checks.CHECKS
    for expert in checks.subjects()
    if check is not HOSTILE
]


@pytest.mark.parametrize(("check", "expert"), CASES)
def test_battery(check: Callable[[str], None], expert: str) -> None:
    check(expert)


def test_hostile_data_leave_no_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    # the mixture runs all experts
    monkeypatch.setattr(checks, "HOSTILE_UPDATES", FEW_HOSTILE_UPDATES)
    HOSTILE("mixture")


@pytest.mark.slow
@pytest.mark.parametrize("expert", checks.subjects())
def test_any_number_of_hostile_data_leave_no_nan(expert: str) -> None:
    HOSTILE(expert)
