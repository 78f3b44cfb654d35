"""Whatever the document allows, and what it does not, is answered as it says, and never by a fault
of ours.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from streams.kafka.kafka_record import Record
from streams.redrive.by_hand import OpenedLetter
from streams.redrive.letters import PutAside
from streams.redrive.run import RedriveReport
from streams.web import redriving
from streams.web.access import limits
from streams.web.api.document import PATH
from streams.web.application import application
from streams.web.context import Context
from streams.web.preview.jobs import Previews
from streams.web.preview.outcome import PolicyTrial
from tests.streams.web.conftest import ORIGIN

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DOCUMENT = json.loads(PATH.read_text(encoding="utf-8"))
OPERATIONS = [(path, method) for path, held in DOCUMENT["paths"].items() for method in held]
#: Requests of each operation that fit the document, and that do not; and in the long form.
REQUESTS, MANY = 10, 300


async def opened(_: Any, partition: int, offset: int, decoder: Any) -> OpenedLetter | None:
    """Every other place has a letter."""
    letter = PutAside("orders", partition, offset, "currency: unknown", 0, None, b"{}", {"a": b""})
    record = Record("orders", partition, offset, None, b'{"customer_id":"Ada"}', 0)
    found = OpenedLetter(letter, record, b'{"customer_id":"x"}', False)
    return None if offset % 2 else found


async def redrive(*_: Any, send: bool, decoder: Any) -> RedriveReport:
    return RedriveReport()


@pytest.fixture
def operations(context: Context, monkeypatch: pytest.MonkeyPatch) -> BaseSchema:
    """The operations of a console of its own; what fails in it fails the test."""
    monkeypatch.setattr(limits, "AT_ONCE", 1e9)
    monkeypatch.setattr(redriving, "opened", opened)
    monkeypatch.setattr(redriving, "redrive", redrive)
    previews = Previews(context.settings, lambda *_: PolicyTrial())
    app = application(dataclasses.replace(context, previews=previews))
    # a stream says hello, and ends
    app.state.ending = True
    return schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", app, headers={"Host": "localhost"}
    )


def ask(operations: BaseSchema, path: str, method: str, requests: int) -> None:
    operation = operations[path][method.upper()]
    for mode in GenerationMode:

        @seed(1)
        @settings(
            max_examples=requests,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def answered(case: Case) -> None:
            case.call_and_validate(base_url=ORIGIN, checks=CHECKS)

        answered()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_its_document_says(
    operations: BaseSchema, path: str, method: str
) -> None:
    ask(operations, path, method, REQUESTS)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_many_requests(
    operations: BaseSchema, path: str, method: str
) -> None:
    ask(operations, path, method, MANY)
