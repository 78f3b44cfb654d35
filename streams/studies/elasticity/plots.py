"""The elasticities as one HTML page of plots that needs nothing else."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from streams.charts import svg as charts
from streams.charts.svg import Curve
from streams.studies.elasticity.report import ASSUMES, ElasticityReport
from streams.studies.elasticity.words import in_words

FILE = "elasticities.html"
#: Rows drawn: the first ones by key.
ROWS = 40


def write(report: ElasticityReport, folder: Path) -> Path:
    """Write the page below `folder`, which is made where it is not there; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(page(report), encoding="utf-8")
    return path


def page(report: ElasticityReport) -> str:
    """The page as text."""
    plots = [_dots(report.rows, name, f"c{place}") for place, name in enumerate(ASSUMES)]
    plots += _curves(report)
    assumes = "".join(
        f"<dt>{escape(_title(n))}</dt><dd>{escape(t)}</dd>" for n, t in ASSUMES.items()
    )
    words = "".join(f"<p>{escape(line)}</p>" for line in in_words(report))
    left = len(report.rows) - ROWS
    return charts.page(
        "elasticities",
        f"<h1>Own-price elasticities by {report.by}</h1>{words}"
        f'<div class="plots">{"".join(plots)}</div><h2>What each answer assumes</h2>'
        f"<dl>{assumes}</dl>",
        "By how many per cent sales change where the price is 1 % higher, with 95 % intervals. "
        "Demand and profit are what the pricer believes at the end of the recording, at shares of "
        "the last price." + (f" {left} more rows are not drawn." if left > 0 else ""),
    )


def _dots(rows: list[dict[str, Any]], name: str, style: str) -> str:
    values = {
        row["key"]: (found["mean"], found["lower"], found["upper"], style)
        for row in rows[:ROWS]
        if (found := row[name]) is not None
    }
    return charts.dots(f"elasticity {_title(name)}", values) if values else ""


def _curves(report: ElasticityReport) -> list[str]:
    """Units, and profit, at other prices: shares of what the last price brings."""
    drawn = []
    for title, figure in (("units a day", "units"), ("profit a day", "profit")):
        curves = {
            each.name: Curve(each.share.tolist(), getattr(each, figure).tolist(), f"c{place % 8}")
            for place, each in enumerate(report.curves)
            if np.isfinite(getattr(each, figure)).all()
        }
        if curves:
            drawn.append(
                charts.lines(title, curves, x_label="share of the last price", y_label="expected")
            )
    if drawn:
        names = [each.name for each in report.curves]
        key = "".join(
            f'<span class="c{place % 8}"><i></i>{escape(name)}</span>'
            for place, name in enumerate(names)
        )
        drawn.insert(0, f'<div class="key">{key}</div>')
    return drawn


def _title(name: str) -> str:
    return name.replace("_", " ")
