"""What is sent for a letter that somebody has edited, who saw hashes in place of names."""

from __future__ import annotations

import json

import pytest

from streams.errors import InputError
from streams.kafka.kafka_record import Record
from streams.redrive.by_hand import OpenedLetter, changed_fields, mended_by_hand, shown
from streams.redrive.letters import PutAside

ORDER = b'{"customer_id": "Ada", "currency": "XXX", "lines": [{"n": 1.50}, {"session": "s"}]}'


def opened(value: bytes = ORDER) -> OpenedLetter:
    letter = PutAside("orders", 1, 7, "currency: unknown", 1000, b"k", b"cut", {"error": b""})
    record = Record("orders", 1, 7, b"key", value, 900)
    return OpenedLetter(letter, record, shown(value, lambda name: f"hash {len(name)}"), False)


def test_names_that_were_left_alone_are_sent_as_they_came() -> None:
    letter = opened()
    assert letter.shown is not None
    assert b"Ada" not in letter.shown
    text = letter.shown.decode().replace("XXX", "EUR")
    sent = mended_by_hand(letter, json.dumps(json.loads(text), indent=2))
    assert sent.edited
    assert (sent.key, sent.time) == (b"key", 900)
    assert json.loads(sent.value or b"") == json.loads(ORDER.replace(b"XXX", b"EUR"))
    assert b"1.50" in (sent.value or b"")
    assert changed_fields(letter, text) == ["currency"]


def test_a_name_may_be_changed_or_taken_away() -> None:
    letter = opened()
    text = (letter.shown or b"").decode()
    other = mended_by_hand(letter, text.replace("hash 3", "Bob"))
    assert json.loads(other.value or b"")["customer_id"] == "Bob"
    without = json.loads(text)
    del without["customer_id"]
    sent = json.loads(mended_by_hand(letter, json.dumps(without)).value or b"")
    assert "customer_id" not in sent
    assert sent["lines"][1] == {"session": "s"}


def test_what_was_not_changed_is_the_record_as_it_came() -> None:
    letter = opened()
    again = json.dumps(json.loads(letter.shown or b""), indent=4).replace("\n", "\r\n")
    assert mended_by_hand(letter, again) == letter.letter


def test_text_without_names_is_sent_as_it_stands() -> None:
    broken = opened(b'{"sku": "a"')
    assert mended_by_hand(broken, '{"sku":\r\n"a"}').value == b'{"sku":\n"a"}'


def test_names_cannot_be_put_back_into_what_is_no_json() -> None:
    with pytest.raises(InputError, match="names are hidden"):
        mended_by_hand(opened(ORDER[:-1]), '{"customer_id": "hash 3"}')


@pytest.mark.parametrize("value", [None, b"\xff", b"\0abc", b"x" * 40_000])
def test_what_is_no_text_is_not_shown(value: bytes | None) -> None:
    assert shown(value, str) is None
