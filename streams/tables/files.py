"""A table of a file: CSV, XLSX or Parquet, by the file's ending."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from streams.errors import ExpectedError, InputError

#: What a spreadsheet takes for a formula where a text begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Before such a text, a spreadsheet reads on as text.
_TEXT = "'"
#: Rows of a sheet, its header included.
LARGEST_SHEET = 1_048_576
ENDINGS = (".csv", ".xlsx", ".parquet")


class Row(NamedTuple):
    """A row by its columns' names, and its line in the file, the header being the first.

    `beyond`: whether it has cells that stand below no header, as where `8,79` became two.
    """

    line: int
    cells: dict[str, Any]
    beyond: bool = False


def require_ending(path: Path) -> str:
    """The file's ending; InputError where it is none that is read and written."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: its name must end with {', '.join(ENDINGS)}")
    return path.suffix.lower()


def rows(path: Path, named: Iterable[str] = ()) -> Iterator[Row]:
    """The rows of a file; InputError where it holds no table, or lacks a column that is `named`.

    Absent cells are left out.
    """
    ending = require_ending(path)
    return _csv_rows(path, named) if ending == ".csv" else _frame_rows(path, ending, named)


def _csv_rows(path: Path, named: Iterable[str]) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.readline()
            file.seek(0)
            delimiter = max(",;\t|", key=sample.count)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            header = _header(path, next(reader, []), named)
            for cells in reader:
                if any(cells):
                    found = zip(header, cells, strict=False)
                    kept = {name: _plain(cell) for name, cell in found if cell}
                    yield Row(reader.line_num, kept, beyond=any(cells[len(header) :]))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None
    except csv.Error as error:
        raise InputError(f"{path}: no CSV: {error}") from None


def _frame_rows(path: Path, ending: str, named: Iterable[str]) -> Iterator[Row]:
    import polars

    try:
        if ending == ".xlsx":
            frame = polars.read_excel(path, engine="calamine", infer_schema_length=0)
        else:
            frame = polars.read_parquet(path)
    except FileNotFoundError:
        raise
    except Exception as error:  # whatever the readers make of a file that is none
        why = next(iter(str(error).splitlines()), repr(error))
        raise InputError(f"{path}: cannot be read as {ending[1:]}: {why}") from None
    _header(path, frame.columns, named)
    for line, cells in enumerate(frame.iter_rows(named=True), 2):
        yield Row(line, {name: _plain(cell) for name, cell in cells.items() if _is_there(cell)})


def _is_there(cell: Any) -> bool:
    return cell is not None and cell != ""


def _header(path: Path, names: Sequence[str], named: Iterable[str]) -> list[str]:
    found = [name.strip() for name in names]
    if not any(found):
        raise InputError(f"{path}: there is no header")
    if twice := next((name for name in found if name and found.count(name) > 1), None):
        raise InputError(f"{path}: two columns are called {twice}")
    for name in named:
        if name not in found:
            near = get_close_matches(name, found, n=1)
            perhaps = f"; perhaps {near[0]}?" if near else ""
            raise InputError(f"{path}: there is no column {name!r}{perhaps}")
    return found


def _plain(cell: Any) -> Any:
    """A cell without what keeps a spreadsheet from taking it for a formula."""
    if isinstance(cell, str) and cell.startswith(_TEXT) and cell[1:].startswith(_FORMULA):
        return cell[1:]
    return cell


def _safe(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return _TEXT + cell
    return cell


def write(
    path: Path, header: Sequence[str], table: Iterable[Sequence[Any]], each: Callable[[], None]
) -> None:
    """Write a table; `each` is called for every row. The file appears when it is whole.

    A text that a spreadsheet would take for a formula gets an apostrophe in CSV and XLSX.
    ExpectedError where the file cannot be written.
    """
    ending = require_ending(path)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    counted = _counted(table, each)
    try:
        if ending == ".csv":
            with part.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(header)
                writer.writerows([_safe(cell) for cell in row] for row in counted)
        else:
            # whole before it is written: the libraries say in ways of their own what a disk says
            whole = io.BytesIO()
            if ending == ".xlsx":
                _write_sheet(whole, header, counted)
            else:
                _write_frame(whole, header, counted)
            part.write_bytes(whole.getbuffer())
        part.replace(path)
    except OSError as error:
        raise ExpectedError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


def _counted(table: Iterable[Sequence[Any]], each: Callable[[], None]) -> Iterator[Sequence[Any]]:
    for row in table:
        each()
        yield row


def _write_frame(file: io.BytesIO, header: Sequence[str], table: Iterable[Sequence[Any]]) -> None:
    import polars

    data = list(table)
    columns = {name: [row[i] for row in data] for i, name in enumerate(header)}
    polars.DataFrame(columns, strict=False, infer_schema_length=None).write_parquet(file)


def _write_sheet(file: io.BytesIO, header: Sequence[str], table: Iterable[Sequence[Any]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *table]):
            if number >= LARGEST_SHEET:
                raise InputError(f"a sheet holds {LARGEST_SHEET} rows at most: write .csv")
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, _safe(cell))
                elif isinstance(cell, bool):
                    sheet.write_boolean(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
