"""Charts of what the demand models count for, and of how their forecasts hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup

from streams.web.charts.draw import BESIDE_NEWEST, SMALL, WIDTH, draw
from streams.web.words.figures import Figures
from streams.web.words.measures import expert

Row = Mapping[str, Any]
#: One for each model that has a colour of its own.
COLOURS = ("--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--line")


def weights_by_day(rows: Sequence[Row], figures: Figures) -> Markup:
    """What each model counts for, day by day, the heaviest at the bottom."""
    names = list(dict.fromkeys(expert(row["expert"]) for row in _by_weight(rows)))
    points = [
        {
            # the day is a UTC one: its own midnight is the point on the axis
            "day": Figures().local(row["day"]).isoformat(),
            "model": expert(row["expert"]),
            "weight": row["weight"],
            "place": names.index(expert(row["expert"])),
            "said": f"{Figures(figures.locale).day(row['day'])}: {expert(row['expert'])} "
            f"{figures.share(row['weight'])}",
        }
        for row in rows
    ]
    spec = {
        "width": WIDTH,
        "height": 190,
        "data": {"values": points},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None},
            "y": {
                "field": "weight",
                "type": "quantitative",
                "title": None,
                "axis": {**BESIDE_NEWEST, "format": "%"},
                "scale": {"domain": [0, 1]},
            },
            "order": {"field": "place"},
            "color": {
                "field": "model",
                "scale": {
                    "domain": names,
                    "range": [f"var({name})" for name in COLOURS[: len(names)]],
                },
                "legend": {"columns": 4},
            },
            "description": {"field": "said"},
        },
    }
    return draw(spec, "What each demand model counts for, by day", figures)


def _by_weight(rows: Sequence[Row]) -> list[Row]:
    totals: dict[str, float] = {}
    for row in rows:
        totals[row["expert"]] = totals.get(row["expert"], 0.0) + row["weight"]
    return sorted(rows, key=lambda row: (-totals[row["expert"]], row["expert"]))


def _ticks(values: Sequence[float]) -> list[float]:
    """Round numbers of a logarithmic axis: 1, 2 and 5 of each power of ten, or that alone where
    there are many.
    """
    if not values:
        return []
    powers = range(floor(log10(min(values))), ceil(log10(max(values))) + 1)
    return [m * 10.0**power for power in powers for m in ((1, 2, 5) if len(powers) < 4 else (1,))]


def calibration(rows: Sequence[Row], figures: Figures) -> Markup:
    """Units sold against units forecast, both on average of forecasts of about the same size."""
    points = [
        {
            "forecast": row["forecast"],
            "units": row["units"],
            "said": f"{figures.number(row['forecasts'])} forecasts of "
            f"{figures.number(row['forecast'], 2)} units on average: "
            f"{figures.number(row['units'], 2)} sold",
        }
        for row in rows
        if row["forecast"] > 0 and row["units"] > 0
    ]
    ends = [value for each in points for value in (each["forecast"], each["units"])]
    line = [{"forecast": end, "units": end} for end in (min(ends), max(ends))] if ends else []
    axes = {"type": "quantitative", "scale": {"type": "log"}, "axis": {"values": _ticks(ends)}}
    x, y = {"field": "forecast", **axes}, {"field": "units", **axes}
    spec = {
        "width": SMALL,
        "height": 190,
        "layer": [
            {
                "data": {"values": line},
                "mark": {"type": "line", "color": "var(--soft)", "strokeDash": [4, 4]},
                "encoding": {"x": x, "y": y},
            },
            {
                "data": {"values": points},
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 80,
                    "opacity": 1,
                    "color": "var(--c1)",
                },
                "encoding": {
                    "x": {**x, "title": "units forecast"},
                    "y": {**y, "title": "units sold"},
                    "description": {"field": "said"},
                },
            },
        ],
    }
    return draw(spec, "Units sold against units forecast", figures)
