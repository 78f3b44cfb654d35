"""`pricetide import`: a table of a file into the input topics."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.records.record import document
from streams.configuration.settings import Settings
from streams.errors import ExpectedError, InputError
from streams.extras import require
from streams.mapping.values import require_times
from streams.recording.entry import RecordingError
from streams.tables.cells import CellReader
from streams.tables.files import require_ending, rows
from streams.tables.newest import newest_by_key
from streams.tables.past import keep, require_beginning
from streams.tables.records import KINDS, Bad, Made, Records
from streams.tables.sending import send
from streams.terminal.output import note
from streams.terminal.progress import progress

SUMMARY = "send a CSV, XLSX or Parquet file to the input topics"
DESCRIPTION = """\
Read a table whose columns are called as the fields of the record are (sku, name, price …;
fees.web.rate for what is nested), or are named with --map, and send it: all of it or, where a row
is wrong, nothing. Each wrong row is named with its line and the reason. Of orders each row is a
line; those of one order_id make one order. Costs go to products that are known; a manual price
holds until its `until`. A time without an offset, such as 2026-03-01 or 2026-03-01 09:30, is UTC;
one in another form is refused until --times says the form, as 01.03.2026 may be January.

Columns that the record does not have are left out.

With --history the file tells of a shop's past: orders, competitors' prices, stock, each with its
`time`, in any order. A worker that starts afterwards reads all of it in the order in which it
happened, and knows what it teaches before its first price goes out. Kafka counts how long it keeps
a record from the record's own time: where that is too short, the topic is told to keep all.
"""
EXAMPLES = (
    "pricetide import products.csv --as products --dry-run",
    "pricetide import preise.csv --as manual-prices --decimal , --map sku=Artikel "
    "--map price=VK --set 'reason=sale' --bootstrap kafka:9092",
    "pricetide import orders-2025.csv --as orders --history --bootstrap kafka:9092",
    "pricetide import orders.csv --as orders --times '%d.%m.%Y %H:%M' --dry-run",
)
SETTINGS = ("bootstrap",)
#: Wrong rows that are named on the terminal; --report names all.
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a .csv, .xlsx or .parquet file")
    parser.add_argument(
        "--as", dest="kind", choices=tuple(KINDS), required=True, help="what a row is"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="the column of a field, where it is called otherwise; may be repeated",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a field of all rows, where a row does not say it itself; may be repeated",
    )
    parser.add_argument(
        "--decimal", choices=(".", ","), default=".", help="the decimal mark (default .)"
    )
    parser.add_argument(
        "--times",
        metavar="FORMAT",
        help="how times are written: a pattern such as %%d.%%m.%%Y, %%m/%%d/%%Y or '%%d.%%m.%%y "
        "%%H:%%M', or seconds, milliseconds or microseconds since 1970",
    )
    parser.add_argument(
        "--history",
        action="store_true",
        help="what happened before the first worker starts; every row has a time",
    )
    parser.add_argument("--dry-run", action="store_true", help="check only, and send nothing")
    parser.add_argument(
        "--skip-bad", action="store_true", help="send what is sound, whatever the rest is"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write every wrong line and its reason there"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Check and send; 1 where a row is wrong."""
    if require_ending(options.file) != ".csv":
        require("polars")
    given: dict[str, str] = {}
    for field, column in _pairs("--map", options.map).items():
        if column in given:
            raise InputError(f"--map: the column {column} is named for {given[column]} and {field}")
        given[column] = field
    fixed: dict[str, Any] = dict(_pairs("--set", options.set))
    if options.history and not KINDS[options.kind].happen:
        those = ", ".join(name for name, kind in KINDS.items() if kind.happen)
        raise InputError(f"--history: {options.kind} have no past; {those} have")
    if options.kind == "manual-prices":
        fixed.setdefault("actor", getpass.getuser())
        fixed.setdefault("reason", f"imported from {options.file.name}")
    records = Records(
        options.kind,
        given,
        reader=CellReader(options.decimal == ",", _times(options.times)),
        fixed=fixed,
        products=_products(settings) if options.kind == "costs" else {},
        history=options.history,
    )
    made: list[Made] = []
    with progress("rows") as show:
        for one in records.make(rows(options.file, given)):
            made.append(one)
            if not len(made) % 1000:
                show(len(made))
    _tell(records.bad, options.report)
    if records.bad and not options.skip_bad:
        print(f"nothing was sent: {len(records.bad)} rows are wrong, {len(made)} records are sound")
        return 1
    if options.dry_run:
        print(f"{len(made)} records are sound, {len(records.bad)} rows are wrong; nothing was sent")
    else:
        if options.history and made:
            made.sort(key=lambda record: record.time or 0)
            asyncio.run(require_beginning(settings))
            if kept := keep(settings, made):
                note("import", kept)
        with progress("records", len(made)) as show:
            asyncio.run(send(settings, made, show))
        print(f"{len(made)} records were sent to {KINDS[options.kind].topic}")
    return int(bool(records.bad))


def _pairs(flag: str, given: list[str]) -> dict[str, str]:
    found = {}
    for pair in given:
        name, mark, value = pair.partition("=")
        if not (name and mark and value):
            raise InputError(f"{flag} {pair}: is no pair with = between")
        if name in found:
            raise InputError(f"{flag}: {name} is given twice")
        found[name] = value
    return found


def _times(written: str | None) -> str | None:
    try:
        return None if written is None else require_times(written)
    except ValueError as error:
        raise InputError(f"--times {written}: {error}") from None


def _products(settings: Settings) -> Mapping[str, dict[str, Any]]:
    try:
        newest = asyncio.run(newest_by_key(settings, "products"))
    except RecordingError as error:
        raise ExpectedError(str(error)) from None
    return {key: document(value) for key, value in newest.items()}


def _tell(bad: list[Bad], report: Path | None) -> None:
    for each in bad[:SHOWN]:
        note("import", f"line {each.line}: {each.reason}")
    if len(bad) > SHOWN and report is None:
        note("import", f"and {len(bad) - SHOWN} more; --report FILE names all of them")
    if report is not None:
        text = "".join(f"{each.line}\t{each.reason}\n" for each in bad)
        report.write_text(text, encoding="utf-8")
