"""Recovery on what a partition's log may hold: it goes on exactly, or says in a line why not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest
from aiokafka import TopicPartition

from online_models.fold.fold import Fold
from online_models.persistence.versions import OLDEST, VERSION
from streams.configuration.agreement import StrangerError, encoded, of_pricer
from streams.configuration.settings import Settings
from streams.journal import TOPIC as JOURNAL
from streams.kafka.surroundings import Surroundings
from streams.pricer import recovery
from streams.pricer.recovery import LostError, Recovered
from streams.pricer.snapshots import codec, store
from streams.pricer.snapshots.refusal import refusal

SNAPSHOTS = TopicPartition(store.TOPIC, 0)
SETTINGS = Settings(bootstrap="nowhere:1")


class Record(NamedTuple):
    partition: int
    offset: int
    key: bytes
    value: bytes


class Log:
    """What Kafka holds of one partition; the journal goes up to `end`, and its records before `cut`
    are gone.
    """

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.cut, self.end = 0, 9

    def position(self, offset: int) -> None:
        self._add(store.POSITION, b"%d" % offset)

    def snapshot(self, offset: int, version: int = VERSION, **state: Any) -> None:
        """The state of a new fold, as a release of that version wrote it."""
        self._add(store.REFUSAL, refusal())
        for part in codec.encode(Fold(SETTINGS.fold).snapshot() | state, offset):
            fields = msgspec.msgpack.decode(part)
            fields[0] = version
            self._add(store.key(fields[2]), msgspec.msgpack.encode(fields))

    def agreement(self, **settings: Any) -> None:
        """The settings of whoever wrote the snapshot before it."""
        self._add(store.SETTINGS, encoded(of_pricer(Settings(**settings))))

    def _add(self, key: bytes, value: bytes) -> None:
        self.records.append(Record(0, len(self.records), key, value))


class Consumer:
    """As much of a consumer as recovery needs."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._at: dict[TopicPartition, int] = {}

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def assign(self, places: Any) -> None: ...
    def pause(self, *places: Any) -> None: ...
    def resume(self, *places: Any) -> None: ...

    async def committed(self, place: TopicPartition) -> int | None:
        return None

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[Any, int]:
        return {place: self._log.cut if place.topic == JOURNAL else 0 for place in places}

    async def end_offsets(self, places: list[TopicPartition]) -> dict[Any, int]:
        ends = {SNAPSHOTS.topic: len(self._log.records), JOURNAL: self._log.end}
        return {place: ends.get(place.topic, 0) for place in places}

    def seek(self, place: TopicPartition, offset: int) -> None:
        self._at[place] = offset

    async def position(self, place: TopicPartition) -> int:
        return self._at[place]

    async def getmany(self, place: TopicPartition, timeout_ms: int) -> dict[Any, list[Record]]:
        low, self._at[place] = self._at[place], len(self._log.records)
        return {place: self._log.records[low:]}


Recover = Callable[..., Recovered]


@pytest.fixture
def recover(monkeypatch: pytest.MonkeyPatch) -> Recover:
    def run(log: Log, settings: Settings = SETTINGS) -> Recovered:
        monkeypatch.setattr(Surroundings, "consumer", lambda *_, **__: Consumer(log))
        return asyncio.run(recovery.recover(settings, 0))

    return run


def test_the_newest_snapshot_counts(recover: Recover) -> None:
    log = Log()
    log.snapshot(4, day=3)
    log.snapshot(9, day=5)
    log.position(9)
    found = recover(log)
    assert (found.position, found.snapshot, found.fold.state.day) == (9, 9, 5)


def test_a_snapshot_that_was_written_last_counts_though_it_stands_for_less(
    recover: Recover, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    monkeypatch.setattr(codec, "PART", 2000)
    log.snapshot(9, day=3)
    log.snapshot(9, counts={f"{i * 7919 % 1000}": i for i in range(999)})
    log.snapshot(9, day=5)  # in fewer parts than the one before
    log.position(9)
    log.end = 9
    assert recover(log).fold.state.day == 5
    log.position(0)
    log.snapshot(0, day=2)
    assert recover(log).snapshot == 0


def test_a_journal_that_ends_before_what_was_priced_was_made_anew(recover: Recover) -> None:
    log = Log()
    log.snapshot(9, day=5)
    log.position(9)
    log.end = 8
    with pytest.raises(LostError, match="ends at 8, but was priced up to 9: was it deleted"):
        recover(log)


def test_snapshots_of_two_versions_at_one_offset_are_not_mixed(
    recover: Recover, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    monkeypatch.setattr(codec, "PART", 2000)
    log.snapshot(9, version=OLDEST - 1, counts={f"{i * 7919 % 1000}": i for i in range(999)})
    log.snapshot(9, day=5)
    log.position(9)
    assert recover(log).fold.state.day == 5


@pytest.mark.parametrize("rest", [(), (4,)])
def test_a_snapshot_of_a_later_release_is_refused_whatever_stands_beside_it(
    recover: Recover, rest: tuple[int, ...]
) -> None:
    log = Log()
    for offset in rest:
        log.snapshot(offset)
    log.snapshot(9, version=VERSION + 1)
    log.position(9)
    wanted = (
        f"pricing-snapshots-0: the newest snapshot is of version {VERSION + 1}, and this release "
        f"reads {OLDEST} to {VERSION}: start the release that wrote it, or a later one"
    )
    with pytest.raises(LostError, match=f"^{wanted}$"):
        recover(log)


def test_where_only_older_snapshots_are_left_they_are_named(recover: Recover) -> None:
    log = Log()
    log.snapshot(4, version=OLDEST - 2)
    log.snapshot(9, version=OLDEST - 1)
    log.position(9)
    log.cut = 3
    wanted = (
        f"pricing-snapshots-0 has snapshots of version {OLDEST - 2} and {OLDEST - 1} only, and "
        f"this release reads {OLDEST} to {VERSION}; the journal before 3, .* is gone: let a release"
    )
    with pytest.raises(LostError, match=f"^{wanted}") as raised:
        recover(log)
    assert "\n" not in str(raised.value)
    assert "retention" not in str(raised.value)


def test_older_snapshots_do_no_harm_where_the_journal_is_whole(
    recover: Recover, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log()
    log.snapshot(0, version=OLDEST - 1)
    with caplog.at_level(logging.WARNING):
        assert recover(log).position == 0
    assert f"version {OLDEST - 1} only" in caplog.text
    assert "made anew from the journal" in caplog.text


def test_where_nothing_is_left_retention_is_named(recover: Recover) -> None:
    log = Log()
    log.position(9)
    log.cut = 3
    with pytest.raises(LostError, match=r"no record 0 any more .*retention"):
        recover(log)


def test_a_snapshot_written_under_other_settings_is_refused_and_the_place_named(
    recover: Recover,
) -> None:
    log = Log()
    log.snapshot(9, day="x")
    log.position(9)
    with pytest.raises(LostError, match=r"^the snapshot at 9 does not fit, at day: Expected `int`"):
        recover(log)


def test_a_partition_that_was_priced_under_other_settings_is_left_alone(recover: Recover) -> None:
    log = Log()
    log.snapshot(9)
    log.agreement(own_names=frozenset({"acme"}))
    log.position(9)
    with pytest.raises(StrangerError, match=r"^PRICETIDE_OWN_NAMES: .* by pricing-snapshots-0"):
        recover(log)


def test_settings_are_changed_on_purpose_where_everything_is_saved(recover: Recover) -> None:
    log = Log()
    log.snapshot(9)
    log.agreement(own_names=frozenset({"acme"}))
    log.position(9)
    changed = Settings(bootstrap="nowhere:1", settings_changed="own_names")
    assert recover(log, changed).position == 9
    log.records = []
    log.snapshot(8)
    log.agreement(own_names=frozenset({"acme"}))
    log.position(9)
    with pytest.raises(LostError, match=r"other settings up to 9, and saved at 8 only"):
        recover(log, changed)
