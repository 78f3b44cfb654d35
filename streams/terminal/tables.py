"""Tables of figures in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table


def figures_table(names: Sequence[str], figures: Sequence[str], **style: Any) -> Table:
    """A table whose columns are first names, then figures, which stand to the right.

    `style` goes to rich: a title, a box. A terminal has 80 columns: names are folded, not cut.
    """
    table = Table(**style)
    for heading in names:
        table.add_column(heading, overflow="fold")
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
