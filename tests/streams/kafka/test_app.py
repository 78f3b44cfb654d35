"""How a worker ends that must not go on."""

from __future__ import annotations

import logging
import os
from typing import NoReturn

import pytest

from streams.kafka.app import FAILED, die


class Ended(Exception):  # noqa: N818
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _survive(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(status: int) -> NoReturn:
        assert status == FAILED
        raise Ended

    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(logging, "shutdown", lambda: None)


def test_a_fault_of_the_program_is_told_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(Ended):
        die("partition 3 cannot go on", ZeroDivisionError("x"))
    (said,) = caplog.records
    assert said.exc_info is not None
