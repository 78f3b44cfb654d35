"""Shared steps: a value of a topic is made from its example, changed, and read."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.examples import EXAMPLES
from schemas.records.record import RecordError
from schemas.topics import decode

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def read() -> Callable[[str, dict[str, Any]], Any]:
    def _read(topic: str, document: Any) -> Any:
        return decode(topic, json.dumps(document).encode())

    return _read


@pytest.fixture
def changed(read: Callable[[str, Any], Any]) -> Callable[[str, Change], Any]:
    """Read the topic's example after `change` has altered it in place."""

    def _changed(topic: str, change: Change) -> Any:
        document = copy.deepcopy(EXAMPLES[topic])
        change(document)
        return read(topic, document)

    return _changed


@pytest.fixture
def error_of(changed: Callable[[str, Change], Any]) -> Callable[[str, Change], str]:
    """The message with which the altered example is refused."""

    def _error_of(topic: str, change: Change) -> str:
        with pytest.raises(RecordError) as caught:
            changed(topic, change)
        return str(caught.value)

    return _error_of
