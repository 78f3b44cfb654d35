"""The tables of `docs/performance.md` are those that `tests.benchmarks.tables` makes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import quiet_shop, tables
from tests.benchmarks.cost import Cost
from tests.benchmarks.result import Result

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
#: A median, and least and most; or nothing.
NUMBER = re.compile(r"^(–|[\d,.]+( \([\d,.]+–[\d,.]+\))?( ×)?)$")


def cost(layout: str, **values: float) -> Cost:
    """A cost of 1,000 events a second."""
    given = {"worker": 0.4, "broker": 0.2, "p50_ms": 12.0, "p99_ms": 40.0} | values
    cores = {"worker": given["worker"], "broker": given["broker"]}
    return Cost(layout, 1000, cores, given["p50_ms"], given["p99_ms"])


COSTS = [cost("one process"), cost("one process", worker=0.5), cost("two processes")]
RESULTS = [
    Result("ours", 10, 150_000.0, 12.0, 40.0, cpu_seconds={"ingest": 0.001}),
    Result("theirs", None, 50_000.0),
]


def test_the_page_has_a_table_of_the_form_that_is_made() -> None:
    head = tables.QUIET
    table = tables.Table(head, [])
    first, rule, *rows = tables.found(PAGE.read_text(), table.head)
    assert f"{first}\n{rule}" == table.markdown
    assert rows
    for row in rows:
        name, *numbers = [cell.strip() for cell in row.strip("|").split("|")]
        assert name
        assert len(numbers) == len(head) - 1
        assert [number for number in numbers if not NUMBER.match(number)] == []


def test_the_page_explains_each_row() -> None:
    page = PAGE.read_text()
    explained = re.findall(
        r"^\| ([\w ]+) \|", page[: page.index(tables.Table(tables.QUIET, []).head)], re.M
    )
    for row in tables.found(page, tables.Table(tables.QUIET, []).head)[2:]:
        name = row.split("|")[1].strip().split(",")[0]
        peers = [other.name.split(",")[0] for other in quiet_shop.PEERS]
        assert name in explained
        assert name in {*quiet_shop.LAYOUTS, *peers, "nobody"}


def test_what_was_written_becomes_the_tables_of_a_page(tmp_path: Path) -> None:
    written = {"quiet": list(map(asdict, COSTS)), "busy": list(map(asdict, RESULTS))}
    file, page = tmp_path / "bench.json", tmp_path / "page.md"
    file.write_text(json.dumps(written))
    page.write_text(PAGE.read_text())
    command = [sys.executable, "-m", "tests.benchmarks.tables", str(file), "--into", str(page)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert tables.found(page.read_text(), tables.Table(tables.QUIET, []).head)[2:] == [
        "| one process | 1,000 | 0.45 (0.40–0.50) | 0.20 | 0.65 (0.60–0.70)"
        " | 0.65 (0.60–0.70) | 12 | 40 |",
        "| two processes | 1,000 | 0.40 | 0.20 | 0.60 | 0.60 | 12 | 40 |",
    ]
    # what the page has no place for is printed
    assert tables.found(said, tables.Table(tables.BUSY, []).head)[2:] == [
        "| ours | 150,000 | 100.0 | 1.0 × | 12 | 40 |",
        "| theirs | 50,000 | – | 3.0 × | – | – |",
    ]
    # nothing else has changed
    other = [line for line in PAGE.read_text().splitlines() if not line.startswith("|")]
    assert [line for line in page.read_text().splitlines() if not line.startswith("|")] == other
