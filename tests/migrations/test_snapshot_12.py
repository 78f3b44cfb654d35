"""States saved as version 12 go on as they would have under the release that saved them.

Each file of `snapshot_12` is an xz-compressed msgpack array: what it is, the state, and the records
of the journal that follow it.

- `days`: eight products in three currencies on three channels, with two networks and a
  trained pricing policy, and with proposals, manual prices, rollbacks, pauses, promotions and
  missing acknowledgements under way.
- `hours`: buckets of six hours, and a River model.
- `shared`: one of three partitions, which has heard the others' evidence on categories.
- `waiting`: products and policies before any event has told the time.

What it is, a map: `settings` (as variables say them), `partitions`, `offset` (of the first journal
record that the state does not reflect), and what the release of version 12 published of the
records that follow: `topics` (their number by topic) and `sha256` over one line
`TOPIC|KEY|VALUE|TIME` for each. That release did not name the causes that moved a price. In `hours`
it listed what orders and clicks named on channels that no product has; those are counted now. In
`days` it rounded a price that follows a competitor to the nearest ending; it goes down now. In
`shared` an alert did not name its partition. In `waiting` it did not
try the price that just sells out a scarce stock. In all of them fixed breaks and personal discounts
had no steps, and prices below the public one were not said anew when the lowest legal price moved.
In `hours` the River model was told prices, and is told changes of them. In all of them the share of
remembered prices that was believed before any evidence was 0, and an elasticity the same at any
price.
What is published in these is that of the present release.
"""

from __future__ import annotations

import hashlib
import lzma
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from online_models.fold.fold import Fold
from online_models.journal.outputs import Output
from streams.configuration.settings import Settings
from streams.journal import codec as journal
from streams.pricer.snapshots import codec as snapshots
from tests.recordings.causes import without_causes

FOLDER = Path(__file__).parent / "snapshot_12"
VERSION = 12


class Saved(NamedTuple):
    about: dict[str, Any]
    state: bytes
    records: list[bytes]


def saved(name: str) -> Saved:
    return Saved(*msgspec.msgpack.decode(lzma.decompress((FOLDER / f"{name}.xz").read_bytes())))


def restored(found: Saved) -> Fold:
    data = zlib.compress(found.state)
    value = msgspec.msgpack.encode([VERSION, found.about["offset"], 0, 1, zlib.crc32(data), data])
    settings = Settings(**found.about["settings"]).fold
    state = snapshots.decode([snapshots.decode_part(value)])
    return Fold.restore(state, replace(settings, partitions=found.about["partitions"]))


def summary(outputs: Iterable[Output]) -> tuple[dict[str, int], str]:
    digest, topics = hashlib.sha256(), Counter[str]()
    for topic, key, value, time in outputs:
        line = topic.encode(), key or b"-", without_causes(value), time
        digest.update(b"%b|%b|%b|%d\n" % line)
        topics[topic] += 1
    return dict(sorted(topics.items())), digest.hexdigest()


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.xz")))
def test_what_a_release_of_version_12_saved_goes_on_byte_for_byte(name: str) -> None:
    found = saved(name)
    fold = restored(found)
    outputs = [output for record in found.records for output in fold.step(journal.decode(record))]
    assert summary(outputs) == (found.about["topics"], found.about["sha256"])


def test_what_it_saved_is_saved_again_without_a_loss() -> None:
    found = saved("days")
    fold = restored(found)
    parts = snapshots.encode(fold.snapshot(), found.about["offset"])
    state = snapshots.decode([snapshots.decode_part(part) for part in parts])
    again = Fold.restore(state, fold.state.settings)
    for record in found.records:
        batch = journal.decode(record)
        assert again.step(batch) == fold.step(batch)
