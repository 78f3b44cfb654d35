"""Every expert passes the shared battery."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from online_models.demand.evaluation import checks

#: The hostile stream runs all experts anyway; alone it is for a patient run.
CASES = [
    pytest.param(
        check,
        expert,
        id=f"{expert}-{check.__name__}",
        marks=[pytest.mark.slow]
        if check is checks.check_hostile_data_leave_no_nan and expert != "mixture"
        else [],
    )
    for check in checks.CHECKS
    for expert in checks.subjects()
]


@pytest.mark.parametrize(("check", "expert"), CASES)
def test_battery(check: Callable[[str], None], expert: str) -> None:
    check(expert)
