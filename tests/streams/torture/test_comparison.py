"""A lost output, one that came twice, and two in the wrong order are told from a sound run."""

from __future__ import annotations

from streams.torture.comparison import OutputRecord, compare

OUTPUTS = [
    OutputRecord("price-changes", key, value, 1) for key in (b"a", b"b") for value in (b"1", b"2")
]


def test_equal_outputs_do_not_differ() -> None:
    assert compare(OUTPUTS, [*OUTPUTS[2:], *OUTPUTS[:2]]) == (0, 0, [])


def test_what_differs_is_counted() -> None:
    assert compare(OUTPUTS[1:], OUTPUTS)[:2] == (1, 0)
    assert compare([*OUTPUTS, OUTPUTS[0]], OUTPUTS)[:2] == (0, 1)


def test_the_order_of_a_key_counts() -> None:
    found = compare([OUTPUTS[1], OUTPUTS[0], *OUTPUTS[2:]], OUTPUTS)
    assert found == (0, 0, ["outputs out of order"])


def test_what_all_partitions_write_has_no_order() -> None:
    alerts = [OutputRecord("pricing-alerts", None, value, 1) for value in (b"1", b"2")]
    assert compare(alerts[::-1], alerts) == (0, 0, [])
