"""What recommendations showed and what was taken of it, as recorded."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from online_models.studies.recommendations.shown import Candidates
from schemas.records.record import RecordError
from schemas.records.shop.clickstream import Click
from schemas.records.shop.orders import Order
from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.ingest.hashing import KeyedHash
from streams.recording import Recording
from streams.recording.entry import Entry, RecordingError

SHOWN, ORDERS, CLICKS = "recommendations", "orders", "clickstream"


class _Item(msgspec.Struct):
    sku: str
    channel: str
    propensity: float
    margin: str
    probability: float
    without: float


class _Recommendation(msgspec.Struct):
    arm: str
    items: list[_Item]
    withheld: list[_Item]
    valid_from: str
    valid_until: str
    customer: str | None = None
    session: str | None = None
    currency: str | None = None


class _Person(NamedTuple):
    """A person's recommendations, and what was put into a basket or ordered: (ms, SKU, channel)."""

    told: list[tuple[int, _Recommendation]]
    took: list[tuple[int, str, str]]


def shown(paths: Sequence[Path], key: bytes) -> dict[str, Candidates]:
    """Candidates of recordings by currency; customers and sessions are hashed under `key`, as the
    pricer does.

    What counts as taken was put into a basket or ordered after a recommendation, until it ended or
    the person's next one came.

    RecordingError where recommendations are missing, or one is not the pricer's.
    """
    entries = Recording(paths, (SHOWN, ORDERS, CLICKS))
    if SHOWN not in entries.topics:
        raise RecordingError(f"no {SHOWN} in the recording")
    if not {ORDERS, CLICKS} & entries.topics.keys():
        raise RecordingError(f"neither {ORDERS} nor {CLICKS} in the recording")
    try:
        persons = _persons(entries, key)
    except msgspec.DecodeError as error:
        raise RecordingError(f"a record of {SHOWN} is not the pricer's: {error}") from error
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    visits = 0
    for number, person in enumerate(persons.values()):
        person.told.sort(key=lambda each: each[0])
        person.took.sort()
        moments = [at for at, _, _ in person.took]
        ends = [at for at, _ in person.told[1:]]
        for (at, told), following in zip_longest(person.told, ends):
            if told.currency is None:
                continue  # a withdrawal
            until = to_ms(told.valid_until)
            until = until if following is None else min(until, following)
            window = person.took[bisect_right(moments, at) : bisect_right(moments, until)]
            taken = {(sku, channel) for _, sku, channel in window}
            visits += 1
            rows[told.currency] += _rows(told, visits, number, taken)
    return {currency: _columns(found) for currency, found in rows.items()}


def _rows(
    told: _Recommendation, visit: int, person: int, taken: set[tuple[str, str]]
) -> Iterable[tuple[float, ...]]:
    for items, seen in ((told.items, True), (told.withheld, False)):
        for each in items:
            yield (
                visit,
                person,
                told.arm == "held_out",
                seen,
                each.propensity,
                float(each.margin),
                each.probability,
                each.without,
                (each.sku, each.channel) in taken,
            )


def _columns(rows: list[tuple[float, ...]]) -> Candidates:
    columns = np.array(rows).T
    visit, person = columns[:2].astype(np.int64)
    held_out, seen, taken = columns[[2, 3, 8]] > 0.0
    propensity, margin, probability, without = columns[4:8]
    return Candidates(
        visit, person, held_out, seen, propensity, margin, probability, without, taken
    )


def _persons(entries: Iterable[Entry], key: bytes) -> dict[str, _Person]:
    found: dict[str, _Person] = defaultdict(lambda: _Person([], []))
    customers, sessions = KeyedHash(key, "customer"), KeyedHash(key, "session")
    for entry in entries:
        if entry.value is None:
            continue
        if entry.topic == SHOWN:
            told = msgspec.json.decode(entry.value, type=_Recommendation)
            who = f"c{told.customer}" if told.customer is not None else f"s{told.session}"
            found[who].told.append((to_ms(told.valid_from), told))
            continue
        try:
            record = decode(entry.topic, entry.value)
        except RecordError:
            continue
        at = entry.timestamp if record.time is None else record.time
        if record.customer_id is not None:
            who = f"c{customers.text(record.customer_id)}"
        elif isinstance(record, Click) and record.session_id is not None:
            who = f"s{sessions.text(record.session_id)}"
        else:
            continue
        if isinstance(record, Order) and record.status == "placed":
            found[who].took.extend((at, line.sku, record.channel) for line in record.lines)
        elif isinstance(record, Click) and record.action == "cart":
            found[who].took.append((at, record.sku, record.channel))
    return found
