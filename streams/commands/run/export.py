"""`pricetide export`: what the pricer knows and did, as a table."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from schemas.records.record import document
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.extras import require
from streams.recording.entry import RecordingError
from streams.tables.files import require_ending, write
from streams.tables.newest import all_values, newest_by_key
from streams.tables.records import flat
from streams.terminal.progress import progress

SUMMARY = "prices, decisions, alerts or products as CSV, XLSX or Parquet"
DESCRIPTION = """\
Write a table of what is committed now: the newest price of every offer (prices), every change
(changes), decision (decisions) or alert (alerts), or the newest record of every product (products),
which `pricetide import --as products` reads again.

Money is text, exact to the cent. A text that a spreadsheet would take for a formula is written with
an apostrophe before it (not in Parquet).
"""
EXAMPLES = ("pricetide export prices prices.xlsx --bootstrap kafka:9092",)
SETTINGS = ("bootstrap",)
#: What → its topic, and whether only the newest record of each key counts.
_TABLES = {
    "prices": ("price-changes", True),
    "changes": ("price-changes", False),
    "decisions": ("price-decisions", False),
    "alerts": ("pricing-alerts", False),
    "products": ("products", True),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("what", choices=tuple(_TABLES), help="what to write")
    parser.add_argument("file", type=Path, metavar="FILE", help="a .csv, .xlsx or .parquet file")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the table, and say how many rows it has."""
    ending = require_ending(options.file)
    if ending != ".csv":
        require("polars")
    topic, newest = _TABLES[options.what]
    try:
        if newest:
            values: Iterable[bytes] = asyncio.run(newest_by_key(settings, topic)).values()
        else:
            values = asyncio.run(all_values(settings, topic))
    except RecordingError as error:
        raise ExpectedError(str(error)) from None
    records = [dict(flat(document(value))) for value in values]
    # without a record, the fields of one: who reads the file looks for columns by their names
    header = list(dict.fromkeys(name for record in records for name in record))
    header = header or list(TOPICS[topic].record.model_fields)
    written = 0
    with progress("rows", len(records)) as show:

        def each() -> None:
            nonlocal written
            written += 1
            if not written % 1000:
                show(written)

        write(options.file, header, _table(records, header), each)
    print(f"{options.file}: {len(records)} rows")
    return 0


def _table(records: Iterable[dict[str, Any]], header: list[str]) -> Iterator[list[Any]]:
    for record in records:
        yield [record.get(name) for name in header]
