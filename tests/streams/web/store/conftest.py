"""What the store keeps, it keeps in either database."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from streams.web.store.intake.record import Taken
from tests.streams.web.conftest import Stores, stores_of


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def stores(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    records: Sequence[Taken],
) -> Stores:
    return stores_of(request, tmp_path_factory.mktemp("stores"), records)
