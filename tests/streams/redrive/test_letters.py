"""Which letters are meant, what is known of them, and how they are mended."""

from __future__ import annotations

from typing import Any

import pytest

from streams.errors import InputError
from streams.redrive.letters import LetterFilter, PutAside
from streams.redrive.mending import mend, mended

LABELS = {"error": b"currency: unknown", "source-topic": b"orders"}


def letter(**fields: Any) -> PutAside:
    usual = {"topic": "orders", "partition": 1, "offset": 7, "reason": "currency: unknown"}
    rest = {"time": 1000, "key": None, "value": b"{}", "headers": LABELS}
    return PutAside(**usual | rest | fields)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (LetterFilter(), True),
        (LetterFilter(topics=frozenset({"orders"})), True),
        (LetterFilter(topics=frozenset({"products"})), False),
        (LetterFilter(reason="CURRENCY"), True),
        (LetterFilter(reason="time"), False),
        (LetterFilter(since=1000, until=1001), True),
        (LetterFilter(since=1001), False),
        (LetterFilter(until=1000), False),
        (LetterFilter(partition=1, offset=7), True),
        (LetterFilter(partition=0), False),
        (LetterFilter(offset=8), False),
    ],
)
def test_a_filter_means_what_it_names(wanted: LetterFilter, fits: bool) -> None:
    assert wanted.fits(letter()) is fits


def test_letters_of_one_place_are_told_apart_by_what_was_kept() -> None:
    assert letter().digest == letter(time=2).digest
    assert letter().digest != letter(value=b"[]").digest
    assert letter(headers={}).digest is None
    assert letter(edited=True).digest is None
    assert not letter(headers=LABELS | {"value-sha256": b"x"}).whole


def test_a_field_is_set_and_all_else_stays_byte_for_byte() -> None:
    value = b'{"a":{"b":1.50},"lines":[{"n":1e2},{"n":3}]}'
    assert mended(value, [mend("a.c=x"), mend("lines.1.n=4")]) == (
        b'{"a":{"b":1.50,"c":"x"},"lines":[{"n":1e2},{"n":4}]}'
    )
    assert mended(value, [mend("lines.9.n=4")]) is None
    assert mended(b"[1]", [mend("a=1")]) is None
    assert mended(b"{", [mend("a=1")]) is None


@pytest.mark.parametrize("text", ["currency", "=EUR", ""])
def test_what_sets_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="FIELD=VALUE"):
        mend(text)


def test_a_topic_of_which_nothing_is_put_aside_is_an_error() -> None:
    LetterFilter(topics=frozenset({"orders", "pricing-control"})).require_known()
    with pytest.raises(InputError, match="record of order is ever put aside; perhaps orders"):
        LetterFilter(topics=frozenset({"order"})).require_known()
    with pytest.raises(InputError, match=r"zzz is ever put aside; they are of .*orders"):
        LetterFilter(topics=frozenset({"zzz"})).require_known()
