"""What commands print: lines on stderr, JSON, tables of figures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from streams.addresses import without_logins

if TYPE_CHECKING:
    from rich.table import Table


def note(command: str, *lines: object) -> None:
    """Say something that is no result: a problem, a warning, what was left out."""
    for line in lines:
        said = without_logins(str(line))
        print(f"{f'pricetide {command}'.rstrip()}: {said}", file=sys.stderr)


def print_json(document: Any) -> None:
    """Print one document in one line; numbers that JSON does not have become null."""
    print(msgspec.json.encode(document).decode())


def figures_table(names: Sequence[str], figures: Sequence[str], **style: Any) -> Table:
    """A table whose columns are first names, then figures, which stand to the right.

    `style` goes to rich: a title, a box. A terminal has 80 columns: names are folded, not cut.
    """
    from rich.table import Table

    table = Table(**style)
    for heading in names:
        table.add_column(heading, overflow="fold")
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def announce_compilation(command: str) -> None:
    """Say it when the first rule is compiled; where the compiler is not loaded, nothing is.

    Call it when the settings are read: they load the models, whose rules these are.
    """
    if "numba" not in sys.modules:
        return
    from numba.core import event

    class Once(event.Listener):
        """Speaks at the first compilation; what is found compiled is none."""

        def on_start(self, _: event.Event) -> None:
            event.unregister("numba:compile", self)  # type: ignore[no-untyped-call]
            note(
                command,
                "compiling the pricing rules for this machine, which takes up to a minute; the"
                " next start finds them compiled",
            )

        def on_end(self, _: event.Event) -> None:
            """Nothing to say."""

    event.register("numba:compile", Once())  # type: ignore[no-untyped-call]
