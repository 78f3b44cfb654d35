"""Control records: one kind, one shape."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.records.pricing_control import Rollback, Tick

NEEDS = {
    "tick": {},
    "pause": {"reason": "r", "actor": "a"},
    "resume": {"reason": "r", "actor": "a"},
    "approve": {"decision_id": "d", "actor": "a"},
    "reject": {"decision_id": "d", "actor": "a"},
    "set_price": {"sku": "s", "price": "1.00", "actor": "a", "reason": "r"},
    "forget_customer": {"customer_id": "c", "actor": "a"},
    "set_time": {"to": "2024-05-01T12:00:00Z", "actor": "a", "reason": "r"},
    "rollback": {"to": "d", "actor": "a", "reason": "r"},
}


@pytest.mark.parametrize("kind", NEEDS)
def test_a_kind_needs_its_fields_and_no_more(read: Any, kind: str) -> None:
    assert read("pricing-control", {"kind": kind, **NEEDS[kind]}).kind == kind


@pytest.mark.parametrize(("kind", "field"), [(k, f) for k, fields in NEEDS.items() for f in fields])
def test_each_field_of_a_kind_is_missed_by_name(error_of: Any, kind: str, field: str) -> None:
    def change(document: dict[str, Any]) -> None:
        document.clear()
        document.update({"kind": kind, **NEEDS[kind]})
        del document[field]

    assert error_of("pricing-control", change) == f"{field}: required, but absent"


def test_a_tick_has_a_time(read: Any) -> None:
    tick = read("pricing-control", {"kind": "tick", "time": "2024-05-01T12:00:00Z"})
    assert tick == Tick(kind="tick", time=1714564800000)


@pytest.mark.parametrize(
    ("to", "inside"),
    [
        ("2024-05-01T12:00:00Z", 1714564800000),
        (1714564800000, 1714564800000),
        ("8f14e45f", "8f14e45f"),
        ("2024abcd", "2024abcd"),
    ],
)
def test_a_rollback_goes_to_a_time_or_a_decision(read: Any, to: Any, inside: Any) -> None:
    record = read("pricing-control", {"kind": "rollback", **NEEDS["rollback"], "to": to})
    assert isinstance(record, Rollback)
    assert record.to == inside


def test_a_rollback_to_a_broken_time_is_refused(error_of: Any) -> None:
    def change(document: dict[str, Any]) -> None:
        document.update({"kind": "rollback", "to": "2024-05-01"})

    assert error_of("pricing-control", change).startswith("to: '2024-05-01' is not an RFC 3339")


def test_an_override_is_not_forced_unless_it_says_so(changed: Any) -> None:
    assert changed("pricing-control", lambda c: c.pop("force")).force is False
    assert changed("pricing-control", lambda c: c.update(force=True)).force is True


def test_an_unknown_kind_is_refused_with_the_known_ones(error_of: Any) -> None:
    error = error_of("pricing-control", lambda c: c.update(kind="stop"))
    assert error.startswith("kind: 'stop' is none of 'tick', 'pause', ")
    assert error_of("pricing-control", lambda c: c.pop("kind")) == "kind: required, but absent"
