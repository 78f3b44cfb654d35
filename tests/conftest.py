"""What all tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.cpu_time import CpuTime

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("pricetide", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pricetide")

#: As seldom as in a worker.
OBJECTS = (100_000, 50, 100)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--measure` writes down which tests are heavy."""
    parser.addoption("--measure", action="store_true", help="write tests/heavy.txt anew")


def pytest_configure(config: pytest.Config) -> None:
    """Measure in every process."""
    config.pluginmanager.register(CpuTime(write=config.getoption("measure")), "cpu-time")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: no search for garbage need pass over it again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(*OBJECTS)
