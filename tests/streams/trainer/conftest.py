"""A small recorded shop."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.streams.trainer.ten_weeks import record


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `deep` need TensorFlow."""
    if importlib.util.find_spec("tensorflow") is None:
        skip = pytest.mark.skip(reason="TensorFlow is not installed (the `deep` extra)")
        for item in items:
            if "deep" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten weeks of products and demand observations."""
    return record(tmp_path_factory.mktemp("recording"))
