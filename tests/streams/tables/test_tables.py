"""Tables in and out: what comes back is what was there, and wrong rows are named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import cli
from streams.errors import ExpectedError, InputError
from streams.tables.cells import CellReader
from streams.tables.files import Row, rows, write
from streams.tables.records import Bad, Made, Records, flat

HEADER = ["sku", "name", "price"]
TABLE = [
    ["007", "=cmd|' /C calc'!A0", "8.99"],
    ["b", "-5", "1.00"],
    ["c", 'it\'s, "so"\nlong', "2"],
]


def records(kind: str, **changes: Any) -> Records:
    reader = CellReader(changes.pop("decimal_comma", False), changes.pop("times", None))
    others: dict[str, Any] = {"columns": {}, "fixed": {}, "products": {}, **changes}
    return Records(kind, reader=reader, **others)


def made(kind: str, *cells: dict[str, Any], **changes: Any) -> tuple[list[Made], list[Bad]]:
    maker = records(kind, **changes)
    found = list(maker.make(Row(line, each) for line, each in enumerate(cells, 2)))
    return found, maker.bad


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_a_table_comes_back_as_it_was_written(tmp_path: Path, ending: str) -> None:
    if ending != ".csv":
        pytest.importorskip("polars")
    path = tmp_path / f"t{ending}"
    write(path, HEADER, TABLE, lambda: None)
    assert [list(row.cells.values()) for row in rows(path)] == TABLE
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_a_table_that_cannot_be_written_is_named(tmp_path: Path, ending: str) -> None:
    if ending != ".csv":
        pytest.importorskip("polars")
    path = tmp_path / "nowhere" / f"t{ending}"
    with pytest.raises(ExpectedError, match=f"{path} cannot be written: No such"):
        write(path, HEADER, TABLE, lambda: None)


def test_formulas_are_text_to_a_spreadsheet(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", HEADER, TABLE, lambda: None)
    text = (tmp_path / "t.csv").read_text()
    assert "'=cmd" in text
    assert ",'-5," in text


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.csv", b"", "no header"),
        ("a.csv", b"sku,sku\n1,2\n", "two columns are called sku"),
        ("a.csv", b"sku\n\xff\n", "not UTF-8"),
        ("a.csv", b'sku\n"a" b\n', "no CSV"),
        ("a.xlsx", b"PK", "cannot be read as xlsx"),
        ("a.parquet", b"PAR1", "cannot be read as parquet"),
        ("a.txt", b"", "must end with"),
    ],
)
def test_a_file_that_is_no_table_is_named(
    tmp_path: Path, name: str, content: bytes, error: str
) -> None:
    if not name.endswith(("csv", "txt")):
        pytest.importorskip("polars")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=error) as said:
        list(rows(tmp_path / name))
    assert "\n" not in str(said.value)


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "\ufeffArtikel;Name;currency;VK;cost;category;tax rate\n"
        "0815;Kaffee, 500 g;EUR;1.234,50;4,1;food;7%\n",
        encoding="utf-8",
    )
    maker = records("products", columns={"Artikel": "sku", "VK": "price"}, decimal_comma=True)
    (product,) = maker.make(rows(path))
    value = json.loads(product.value)
    assert (product.key, value["price"], value["cost"]) == (b"0815", "1234.50", "4.1")
    assert (value["name"], value["tax_rate"]) == ("Kaffee, 500 g", "7%")


def test_rows_of_one_order_are_its_lines() -> None:
    order = {"order_id": "o-1", "currency": "EUR", "time": "2026-03-01T09:30:00Z"}
    first = order | {"sku": "a", "quantity": "2", "unit_price": "8.99"}
    other = order | {"order_id": "o-2", "sku": "c", "quantity": 1, "unit_price": 1.5}
    found, bad = made("orders", first, other, first | {"sku": "b"})
    assert bad == []
    lines = [[line["sku"] for line in json.loads(one.value)["lines"]] for one in found]
    assert lines == [["a", "b"], ["c"]]


def test_costs_and_manual_prices_become_what_they_mean() -> None:
    known = {"a": {"sku": "a", "name": "A", "currency": "EUR", "price": "2", "category": "x"}}
    cost = {"sku": "a", "cost": "1.10"}
    (product,), bad = made("costs", cost, cost | {"sku": "b"}, {"sku": "a"}, products=known)
    assert json.loads(product.value) == known["a"] | {"cost": "1.10"}
    reasons = ["sku: there is no product 'b'", "cost: required, but absent"]
    assert bad == [Bad(3, reasons[0]), Bad(4, reasons[1])]
    fixed = {"actor": "anna", "reason": "sale"}
    (price,), _ = made(
        "manual-prices", {"sku": "a", "channel": "web", "price": "1.99"}, fixed=fixed
    )
    assert json.loads(price.value)["kind"] == "set_price"


def test_a_number_that_was_cut_in_two_at_a_comma_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    rival = "sku,competitor,currency,price\na,x,EUR,8,79\nb,x,EUR,8.79,\n"
    path.write_text(rival, encoding="utf-8")
    maker = records("competitor-prices")
    (sound,) = maker.make(rows(path))
    assert json.loads(sound.value)["sku"] == "b"
    assert maker.bad == [Bad(2, "there are more cells than the header has")]


def test_what_all_records_have_is_read_as_a_column_is() -> None:
    product = {"sku": "a", "name": "A", "currency": "EUR", "cost": "1", "category": "x"}
    fixed = {"fees.web.rate": "12,5%", "price": "8,99", "name": "B"}
    (one,), bad = made("products", product, fixed=fixed, decimal_comma=True)
    value = json.loads(one.value)
    assert bad == []
    assert (value["fees"], value["price"]) == ({"web": {"rate": "12.5%"}}, "8.99")
    assert value["name"] == "A", "what the row says itself counts"
    order = {"order_id": "o", "currency": "EUR", "sku": "a", "unit_price": "2"}
    (one,), bad = made("orders", order, fixed={"quantity": "1", "personal_prices": "true"})
    value = json.loads(one.value)
    assert bad == []
    assert (value["lines"][0]["quantity"], value["personal_prices"]) == (1, True)


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (("--set", "chanel=web"), "--set chanel: inventory has no field 'chanel'; perhaps channel"),
        (("--map", "sku=a", "--map", "name=a"), "the column a is named for sku and name"),
        (("--map", "sku=a", "--map", "sku=b"), "--map: sku is given twice"),
        (("--set", "sku=a", "--set", "sku=b"), "--set: sku is given twice"),
        (("--map", "reserved=Blocked"), "there is no column 'Blocked'; perhaps blocked?"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_flag_that_would_do_nothing_is_refused(
    ending: str,
    flag: tuple[str, str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if ending != ".csv":
        pytest.importorskip("polars")
    path = tmp_path / f"stock{ending}"
    write(path, ["sku", "on_hand", "blocked"], [["a", "1", "1"]], lambda: None)
    assert cli.main(["import", str(path), "--as", "inventory", "--dry-run", *flag]) == 2
    assert said in capsys.readouterr().err


def test_each_wrong_row_is_named_with_its_reason() -> None:
    found, bad = made("inventory", *({"sku": "a", "on_hand": "many"} for _ in range(1000)))
    assert (found, len(bad)) == ([], 1000)
    assert bad[-1].line == 1001
    assert "on_hand" in bad[-1].reason


def test_nothing_is_sent_where_a_row_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "stock.csv"
    path.write_text("sku,on_hand\na,1\nb,x\n")
    assert cli.main(["import", str(path), "--as", "inventory", "--bootstrap", "127.0.0.1:1"]) == 1
    said = capsys.readouterr()
    assert "nothing was sent: 1 rows are wrong, 1 records are sound" in said.out
    assert "line 3: on_hand" in said.err
    report = tmp_path / "wrong.tsv"
    told = ["import", str(path), "--as", "inventory", "--dry-run", "--report", str(report)]
    assert cli.main([*told, "--skip-bad"]) == 1
    assert report.read_text().startswith("3\ton_hand")


def test_a_record_as_cells_is_the_record_again() -> None:
    product = {
        "sku": "a",
        "name": "A",
        "currency": "EUR",
        "price": "2.00",
        "cost": "1.00",
        "category": "x",
        "tags": ["new", "bio"],
        "fees": {"web": {"rate": "8%", "fixed": "0"}},
    }
    (one,), bad = made("products", dict(flat(product)))
    assert (json.loads(one.value), bad) == (product, [])


def test_the_past_has_times_and_rows_without_one_are_named() -> None:
    order = {"order_id": "1", "sku": "a", "quantity": 1, "unit_price": "2.00", "currency": "EUR"}
    timed = order | {"order_id": "2", "time": "2024-05-01T12:00:00Z"}
    found, bad = made("orders", order, timed, history=True)
    assert [record.time for record in found] == [1714564800000]
    assert bad == [Bad(2, "time: required of what happened in the past, but absent")]
    # of the present Kafka's own time holds
    assert [record.time for record in made("orders", order, timed)[0]] == [None, None]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_dates_and_times_without_an_offset_are_utc_in_every_kind_of_file(
    tmp_path: Path, ending: str
) -> None:
    if ending != ".csv":
        polars = pytest.importorskip("polars")
    path = tmp_path / f"orders{ending}"
    moments = [datetime(2024, 5, 1), datetime(2024, 5, 1, 12, 30)]
    table = {
        "order_id": ["a", "b"],
        "time": moments,
        **{"sku": ["x", "x"], "quantity": [1, 1], "unit_price": ["2", "2"]},
    }
    if ending == ".csv":
        path.write_text(
            "order_id,time,sku,quantity,unit_price\na,2024-05-01,x,1,2\n"
            "b,2024-05-01 12:30:00,x,1,2\n"
        )
    elif ending == ".xlsx":
        polars.DataFrame(table).write_excel(path)
    else:
        polars.DataFrame(table).write_parquet(path)
    maker = records("orders", fixed={"currency": "EUR"}, history=True)
    assert [one.time for one in maker.make(rows(path))] == [1714521600000, 1714566600000]
    assert maker.bad == []


def test_a_time_in_another_form_is_refused() -> None:
    order = {"order_id": "1", "sku": "a", "quantity": 1, "unit_price": "2.00", "currency": "EUR"}
    later = order | {"order_id": "2", "time": "2024-05-32"}
    _, bad = made("orders", order | {"time": "01.05.2024"}, later)
    assert [each.reason.partition(":")[0] for each in bad] == ["time", "time"]


ORDER = {"order_id": "1", "sku": "a", "quantity": 1, "unit_price": "2.00", "currency": "EUR"}
#: 2025-12-31 in UTC, ms.
LAST_DAY = 1767139200000


@pytest.mark.parametrize(
    ("times", "cell", "time"),
    [
        ("%d.%m.%Y", "31.12.2025", LAST_DAY),
        ("%m/%d/%Y", "12/31/2025", LAST_DAY),
        ("%d.%m.%y %H:%M", " 31.12.25 09:30", LAST_DAY + 34_200_000),
        ("%m/%d/%Y %I:%M %p", "12/31/2025 1:05 pm", LAST_DAY + 47_100_000),
        ("%d.%m.%Y %H:%M %z", "31.12.2025 01:00 +0100", LAST_DAY),
        ("seconds", "1767139200", LAST_DAY),
        ("seconds", 1767139200, LAST_DAY),
        ("%d.%m.%Y", "2025-12-31 00:00:00", LAST_DAY),
        ("%d.%m.%Y", "2025-12-31T01:00:00+01:00", LAST_DAY),
        ("%d.%m.%Y", datetime(2025, 12, 31), LAST_DAY),
        ("%Y-%d-%m", "2025-31-12", LAST_DAY),
    ],
)
def test_times_are_read_in_the_form_that_is_named(times: str, cell: Any, time: int) -> None:
    (one,), bad = made("orders", ORDER | {"time": cell}, times=times, history=True)
    assert (one.time, bad) == (time, [])


@pytest.mark.parametrize(
    ("times", "cell"),
    [
        ("%d.%m.%Y", "12/31/2025"),
        ("%d.%m.%Y", "12.31.2025"),
        ("%d.%m.%Y", "31.12.25"),
        ("%d.%m.%Y", "31.12.2025 09:30"),
        ("%Y-%d-%m", "2025-12-31"),
        ("seconds", "31.12.2025"),
    ],
)
def test_a_time_in_no_form_that_is_named_is_refused_with_its_column(times: str, cell: str) -> None:
    columns = {"Datum": "time"}
    found, bad = made("orders", ORDER | {"Datum": cell}, times=times, columns=columns)
    assert found == []
    assert bad[0].reason.startswith("Datum: should be ")
    assert bad[0].reason.endswith(f"{times}, not {cell!r}") or times == "seconds"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.permutations("dmY"))
def test_a_time_comes_back_from_each_form_that_names_it(moment: datetime, order: list[str]) -> None:
    moment = moment.replace(microsecond=0)
    times = ".".join(f"%{each}" for each in order) + " %H:%M:%S"
    (one,), _ = made("orders", ORDER | {"time": moment.strftime(times)}, times=times, history=True)
    assert one.time == moment.replace(tzinfo=UTC).timestamp() * 1000


def test_a_table_of_a_german_shop_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bestellungen.csv"
    path.write_text(
        "Bestellung;Datum;sku;quantity;unit_price\n1;01.03.2026 09:30;a;1;1.002,50\n"
        "2;29.02.2026 08:00;a;1;2,50\n"
    )
    told = ["import", str(path), "--as", "orders", "--decimal", ",", "--set", "currency=EUR"]
    told += ["--map", "order_id=Bestellung", "--map", "time=Datum", "--dry-run", "--history"]
    assert cli.main(told) == 1
    assert "line 2: time: '01.03.2026 09:30' is not" in capsys.readouterr().err
    assert cli.main([*told, "--times", "%d.%m.%Y %H:%M"]) == 1
    said = capsys.readouterr()
    assert "1 rows are wrong, 1 records are sound" in said.out
    assert said.err == (
        "pricetide import: line 3: Datum: should be a time like %d.%m.%Y %H:%M, "
        "not '29.02.2026 08:00'\n"
    )


@pytest.mark.parametrize(
    "times", ["", "%d.%m.", "%m %Y", "%q", "%d %d", "%", "%I:%M %d.%m.%Y", "minutes", "%H:%M"]
)
def test_a_form_that_tells_no_moment_is_refused(
    times: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("sku\na\n")
    assert cli.main(["import", str(tmp_path / "t.csv"), "--as", "orders", "--times", times]) == 2
    assert capsys.readouterr().err.startswith(f"pricetide import: --times {times}: '{times}' ")


def test_a_column_that_is_named_for_a_field_counts_before_one_of_the_fields_name() -> None:
    cells = {"sku": "old", "Artikel": "a", "on_hand": "3"}
    for each in (cells, dict(reversed(cells.items()))):
        (one,), bad = made("inventory", each, columns={"Artikel": "sku"})
        assert (json.loads(one.value)["sku"], bad) == ("a", [])


def test_two_columns_that_are_one_field_are_refused() -> None:
    with pytest.raises(InputError, match="columns on_hand and On Hand are both the field on_hand"):
        made("inventory", {"sku": "a", "on_hand": "3", "On Hand": "4"})
    with pytest.raises(InputError, match="columns A and B are both the field unit_price"):
        made("orders", ORDER, columns={"A": "unit_price", "B": "lines.unit_price"})


@pytest.mark.parametrize("kind", ["products", "costs", "manual-prices"])
def test_what_happens_at_no_moment_has_no_past(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("sku\na\n")
    assert cli.main(["import", str(tmp_path / "t.csv"), "--as", kind, "--history"]) == 2
    assert f"--history: {kind} have no past; orders, competitor-prices" in capsys.readouterr().err
