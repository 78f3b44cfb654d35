"""Every expert passes the shared battery."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from online_models.demand.checks import CHECKS, subjects


@pytest.mark.parametrize("expert", subjects())
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_battery(check: Callable[[str], None], expert: str) -> None:
    check(expert)
