"""An event whose effect fails counts for nothing, is told, and is skipped wherever it recurs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from online_models.fold import facts
from online_models.fold.fold import Fold
from online_models.journal.batch import Batch
from online_models.journal.outputs import Output
from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.pipe.lines import parse
from streams.pipe.pipe import Pipe
from streams.quarantine import guard as guards
from streams.quarantine.entries import FAST, Quarantine, decoded, encoded
from streams.quarantine.guard import Guard, records
from tests.streams.pipe.shop_days import MOMENT, after, before, day, line, product, tick
from tests.streams.quarantine.poison import POISON, inject

FOLD = Settings().fold


@pytest.fixture
def _poison() -> Iterator[None]:
    sound = inject()
    yield
    facts.HANDLERS["price-acks"] = sound


def ack(decision: str = POISON, at: int = MOMENT) -> bytes:
    return line(
        "price-acks",
        {"decision_id": decision, "sku": "bad", "status": "applied", "price": "9.49"},
        at,
    )


def batch_of(lines: list[bytes]) -> Batch:
    offsets: dict[str, int] = {}
    found = as_given([parse(one, offsets) for one in lines])
    return Decoder(Border(b"key" * 8)).decode(found).batch


def fed(pipe: Pipe, lines: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(one) for one in pipe.feed(lines)]


def parts(batch: Batch, cuts: list[int]) -> list[Batch]:
    edges = [0, *cuts, len(batch)]
    return [batch.take(slice(low, high)) for low, high in pairwise(edges) if high > low]


@pytest.mark.usefixtures("_poison")
def test_it_is_undone_as_a_whole_and_the_rest_goes_on_as_if_it_had_not_been() -> None:
    """The same as where the border refuses a record in its place."""
    refused, poisoned = Pipe(Settings()), Pipe(Settings())
    lines = before()
    assert fed(refused, lines) == fed(poisoned, lines)
    (letter,) = fed(refused, [line("price-acks", {}, MOMENT)])
    assert letter["topic"] == "dead-letters"
    (alert,) = fed(poisoned, [ack()])
    assert (alert["topic"], alert["value"]["kind"]) == ("pricing-alerts", "event_quarantined")
    assert alert["value"]["details"] == {
        "cause": "ArithmeticError: a fault",
        "source": {"topic": "price-acks", "partition": 0, "offset": 0},
        "within_an_hour": 1,
    }
    assert list(refused.feed(after([]))) == list(poisoned.feed(after([])))


@pytest.mark.usefixtures("_poison")
@pytest.mark.parametrize("most", [1, 7 * guards.BATCH_BYTES, guards.COPY_BYTES])
def test_how_the_journal_is_cut_and_how_often_the_state_is_copied_change_nothing(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "COPY_BYTES", most)
    batch = batch_of([*before(), ack(), *day(2), ack(at=MOMENT + 1), ack(), *day(3)])
    starts = [place for place, _ in records(batch)]

    def outputs(cuts: list[int]) -> list[Output]:
        guard = Guard(Fold(FOLD), FOLD, 0, Quarantine())
        told = [out for i, part in enumerate(parts(batch, cuts)) for out in guard.step(i, part)]
        assert len(guard.new) == 3
        assert guard.alerts == [out for out in told if b'"event_quarantined"' in out.value]
        return told

    whole = outputs([])
    assert outputs(starts[1::5]) == whole
    assert outputs(starts[1::13]) == whole


def test_whoever_reads_the_list_skips_the_same_and_says_the_same() -> None:
    """Also one whom the events would not harm: a later release, say."""
    batch = batch_of([*before(), *[ack()] * (FAST + 1), *day(2)])
    starts = [place for place, _ in records(batch)]
    cut = parts(batch, starts[1::9])
    sound = inject()
    first = Guard(Fold(FOLD), FOLD, 0, Quarantine())
    told = [out for i, part in enumerate(cut) for out in first.step(i, part)]
    facts.HANDLERS["price-acks"] = sound
    listed = [decoded(encoded(entry)) for entry in first.new]
    second = Guard(Fold(FOLD), FOLD, 0, Quarantine(reversed(listed)))
    assert [out for i, part in enumerate(cut) for out in second.step(i, part)] == told
    assert second.new == []


@pytest.mark.usefixtures("_poison")
def test_many_within_an_hour_are_critical() -> None:
    guard = Guard(Fold(FOLD), FOLD, 0, Quarantine())
    guard.step(0, batch_of([*before(), *[ack()] * FAST, tick(MOMENT)]))
    severities = [json.loads(alert.value)["severity"] for alert in guard.alerts]
    assert severities == ["warning"] * (FAST - 1) + ["critical"]


def test_the_events_of_a_record_are_never_parted() -> None:
    two = [{"sku": sku, "quantity": 1, "unit_price": 9} for sku in ("good", "bad")]
    order = {"order_id": "o", "currency": "EUR", "lines": two}
    batch = batch_of([line("orders", order, MOMENT), tick(MOMENT), tick(MOMENT)])
    assert [(place, len(part)) for place, part in records(batch)] == [(0, 2), (2, 1), (3, 1)]


def test_what_is_no_fault_of_an_event_is_none_of_the_quarantine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def exhausted(_self: Fold, _batch: Batch) -> list[Output]:
        raise MemoryError

    guard = Guard(Fold(FOLD), FOLD, 0, Quarantine())
    monkeypatch.setattr(Fold, "step", exhausted)
    with pytest.raises(MemoryError):
        guard.step(0, batch_of([tick(MOMENT)]))
    assert guard.new == []


@pytest.mark.parametrize(("most", "copies"), [(1 << 40, 3), (guards.BATCH_BYTES + 500, 6)])
def test_a_state_that_takes_long_to_copy_is_copied_more_seldom(
    monkeypatch: pytest.MonkeyPatch, most: int, copies: int
) -> None:
    """A copy takes a second here, and so a twentieth of the time is 20 s of folding; or so many
    bytes wait for it that it is made anyhow.
    """
    clock, made = [0.0], [0]
    encode = guards.codec.parts_of

    def copied(*state: Any) -> list[Any]:
        made[0] += 1
        clock[0] += 1.0
        return encode(*state)

    monkeypatch.setattr(guards.codec, "parts_of", copied)
    monkeypatch.setattr(guards, "monotonic", lambda: clock[0])
    monkeypatch.setattr(guards, "COPY_BYTES", 1)
    monkeypatch.setattr(guards, "MOST_BYTES", most)
    guard = Guard(Fold(FOLD), FOLD, 0, Quarantine())
    for offset in range(10):
        guard.step(offset, batch_of([tick(MOMENT + offset)]))
        clock[0] += 5.0
    assert made[0] == copies


def test_what_is_kept_to_return_to_has_a_bound_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "COPY_BYTES", 1 << 40)
    monkeypatch.setattr(guards, "MOST_BYTES", 10 * guards.BATCH_BYTES)
    guard = Guard(Fold(FOLD), FOLD, 0, Quarantine())
    for offset in range(20):
        guard.step(offset, batch_of([tick(MOMENT + offset)]))
        assert len(guard._since) < 10
    long = line("products", product("a", attributes={"words": "x" * 8000}), MOMENT)
    for offset in range(20, 30):
        guard.step(offset, batch_of([long]))
        assert len(guard._since) < 4


def test_nothing_is_copied_before_something_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes a partition over right where it was saved has a state that can be large."""
    copies: list[int] = []
    encode = guards.codec.parts_of
    monkeypatch.setattr(
        guards.codec, "parts_of", lambda state, at: copies.append(at) or encode(state, at)
    )
    guard = Guard(Fold(FOLD), FOLD, 0, Quarantine())
    assert not copies
    guard.step(0, batch_of(day(1)))
    assert len(copies) == 1


@pytest.mark.usefixtures("_poison")
def test_what_was_just_restored_is_not_copied_and_returned_to_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = Guard(Fold(FOLD), FOLD, 0, Quarantine())
    begun.step(0, batch_of(day(1)))
    saved = guards.codec.parts_of(begun.fold.snapshot(), 1)

    def no_copy(*_: Any) -> list[Any]:
        raise AssertionError("was copied")

    monkeypatch.setattr(guards.codec, "parts_of", no_copy)
    fold = Fold.restore(guards.codec.decode(saved), FOLD)
    guard = Guard(fold, FOLD, 0, Quarantine(), copy=saved)
    guard.step(1, batch_of(day(2)))
    guard.step(2, batch_of([ack()]))
    assert [entry.offset for entry in guard.new] == [2]
    begun.step(1, batch_of(day(2)))
    monkeypatch.undo()
    assert guards.codec.parts_of(guard.fold.snapshot(), 0) == guards.codec.parts_of(
        begun.fold.snapshot(), 0
    )
