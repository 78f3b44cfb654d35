"""The zoo and its baselines on TaFeng's best sellers or a simulated store panel, and the mixture.

    python -m tests.benchmarks.deep_models tafeng|panel --out DIR --champion NAME --only-mixture

Each model learns the past and forecasts the last of the time. Then the champion's network, trained
on the past, is seated beside the online models, and the mixture is scored with and without it on
the same last windows, beside each of its members. Of the simulated panel it is known how well one
would forecast who knew its equations and all that was before the week: the floor.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.networks.levels import Offers
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training import dataset
from online_models.training.baselines import BASELINES
from online_models.training.dataset import Dataset, build
from online_models.training.model_card import measure
from online_models.training.models import DeepModel
from online_models.training.models import build as model
from online_models.training.search import SearchTrial
from streams.trainer.search import search
from streams.trainer.trial_process import single_thread
from tests.benchmarks import panel_market, tafeng

#: The mixture with the deep model, and without.
MIXED = "online and deep"
ONLINE = "online"
SHARE = 0.2
WARM_UP = 14
SHOWN = ("mase", "wape", "mae", "mse", "pinball", "log_loss")


@dataclass(frozen=True, slots=True)
class Source:
    """Periods of observations; product, channel and category of each offer; windows to a season."""

    windows: list[Observations]
    sku: NDArray[np.int64]
    channel: NDArray[np.int64]
    category: NDArray[np.int64]
    season: int
    #: Log units but for the shocks of the window itself, (periods, offers), where that is known.
    known: NDArray[np.float64] | None = None


def of_tafeng(items: int) -> Source:
    sales = tafeng.daily_sales(items)
    windows = [sales.day(d) for d in range(sales.units.shape[1])]
    return Source(windows, np.arange(items), np.zeros(items, np.int64), sales.category, 7)


def of_panel(_items: int) -> Source:
    panel = panel_market.draw()
    weeks, products, channels = panel.units.shape
    n = np.arange(products * channels)
    windows = [panel.week(t) for t in range(weeks)]
    category = np.zeros(len(n), np.int64)
    known = panel.known.reshape(weeks, -1)
    return Source(windows, n // channels, n % channels, category, 52, known)


def joined(windows: list[Observations]) -> Observations:
    names = [field.name for field in fields(Observations)]
    columns = {name: np.concatenate([getattr(p, name) for p in windows]) for name in names}
    return Observations(**columns)


def described(source: Source) -> Offers:
    offers = Offers()
    for row, (sku, category) in enumerate(zip(source.sku, source.category, strict=True)):
        words = [f"channel={source.channel[row]}"]
        offers.register(row, f"{sku}|{source.channel[row]}", str(category), words, float("nan"))
    return offers


def zoo(data: Dataset, out: Path) -> None:
    trials = [SearchTrial(name, dict(_defaults(name)), 0) for name in (*ARCHITECTURES, *BASELINES)]
    print(f"{'model':10s}" + "".join(f"{n:>9s}" for n in (*SHOWN, "seconds", "MB")), flush=True)

    def done(result: dict[str, object]) -> None:
        mean = result["mean"]
        assert isinstance(mean, dict)
        figures = "".join(f"{mean[name]:9.4f}" for name in SHOWN)
        print(f"{result['model']!s:10s}{figures}{result['seconds']:9.1f}{result['megabytes']:9d}",
              flush=True)  # fmt: skip

    for trial in trials:
        search([trial], data, out, 1, SHARE, 1, done)


def _defaults(name: str) -> dict[str, object]:
    space = ARCHITECTURES[name].space if name in ARCHITECTURES else BASELINES[name].space
    return {key: values[0] for key, values in space.items()}


def mixture(source: Source, data: Dataset, name: str) -> None:
    past, held = dataset.at(data.end, SHARE)
    fitted = model(name, _defaults(name), 0).fit(data.take(past))
    assert isinstance(fitted, DeepModel)
    assert fitted.network is not None
    begin = int(data.end[held].min())
    naive = {(int(o), int(e)): v for o, e, v in zip(data.offer, data.end, data.naive, strict=True)}
    rows: dict[str, list[tuple[UnitsForecast, NDArray[np.float64], NDArray[np.float64]]]] = {}
    for with_deep in (False, True):
        models = DemandModels()
        offers = np.arange(len(source.sku))
        models.register(offers, source.sku, source.channel, source.category)
        models.deep.offers = models.deep.history.offers = described(source)
        models.deep.history.window_ms = data.spec.window_ms
        for seen in source.windows:
            scored = int(seen.end[0]) >= begin
            if scored and with_deep and models.deep.version is None:
                models.deep.champions.install("v1", fitted.network, champion=True)
                models._reenter(None)
            report = models.learn(seen)
            if not scored:
                continue
            base = np.array([naive.get((int(o), int(e)), np.nan)
                             for o, e in zip(seen.offer, seen.end, strict=True)])  # fmt: skip
            names = ("deep",) if with_deep else tuple(e for e in models.experts if e != "deep")
            members = {name: report.member(name) for name in names}
            members[MIXED if with_deep else ONLINE] = report.forecast
            for who, said in members.items():
                if (said.weights.sum(axis=1) > 0.0).all():
                    rows.setdefault(who, []).append((said, seen.units, base))
    print(f"{name} beside the online models:", flush=True)
    kept: dict[str, UnitsForecast] = {}
    scores: dict[str, dict[str, float]] = {}
    for who, parts in rows.items():
        width = max(f.means.shape[1] for f, _, _ in parts)
        forecast = UnitsForecast(*(
            np.concatenate([_wide(getattr(f, part), width, fill) for f, _, _ in parts])
            for part, fill in (("means", 1.0), ("sizes", 1.0), ("weights", 0.0))
        ))  # fmt: skip
        units = np.concatenate([u for _, u, _ in parts])
        found = measure(forecast, units, np.concatenate([b for _, _, b in parts])).document()
        kept[who], scores[who] = forecast, found
        print(f"{who:16s}" + "".join(f"{n} {found[n]:.4f}  " for n in SHOWN), flush=True)
    for who in scores:
        if who != MIXED:
            less = [100 * (1 - scores[MIXED][n] / scores[who][n]) for n in SHOWN]
            gains = "  ".join(f"{n} {gain:.1f} %" for n, gain in zip(SHOWN, less, strict=True))
            print(f"{MIXED} below {who}: {gains}", flush=True)
    ceiling(kept[ONLINE], kept["deep"], units)
    foresight(kept[ONLINE], units, np.concatenate([np.full(len(u), t) for t, (_, u, _) in
                                                   enumerate(rows[ONLINE])]))  # fmt: skip
    if source.known is not None:
        floor(source.known, begin, source)


def floor(known: NDArray[np.float64], begin: int, source: Source) -> None:
    """How well one forecasts who knows everything but the shocks of the window itself."""
    held = np.array([int(seen.end[0]) >= begin for seen in source.windows])
    units = np.stack([seen.units for seen in source.windows])
    shock = np.log(np.maximum(units, 0.5)) - known
    density, edges = np.histogram(shock, bins=200, density=True)
    place = np.clip(np.digitize(shock[held], edges) - 1, 0, len(density) - 1)
    score = np.log(density[place]) - np.log(np.maximum(units[held], 0.5))
    error = np.abs(np.exp(known[held]) - units[held])
    print(
        f"floor: wape {error.sum() / units[held].sum():.4f}  mae {error.mean():.4f}  "
        f"log_loss {-score.mean():.4f}",
        flush=True,
    )


def ceiling(online: UnitsForecast, deep: UnitsForecast, units: NDArray[np.float64]) -> None:
    """What the best fixed share of the deep model would have given, chosen in hindsight."""
    first, second = online.log_score(units), deep.log_score(units)
    shares = np.linspace(0.0, 0.9, 10)
    with np.errstate(divide="ignore"):
        scores = [
            -float(np.logaddexp(np.log(1.0 - s) + first, np.log(s) + second).mean()) for s in shares
        ]
    errors = [float(np.abs(online.mean * (1.0 - s) + deep.mean * s - units).mean()) for s in shares]
    squares = [float(np.square(online.mean * (1.0 - s) + deep.mean * s - units).mean())
               for s in shares]  # fmt: skip
    for name, values in (("log loss", scores), ("|mean - units|", errors), ("mse", squares)):
        best = int(np.argmin(values))
        print(
            f"best fixed share by {name}: {shares[best]:.1f} gives {values[best]:.4f}, "
            f"{100 * (1 - values[best] / values[0]):.1f} % below online alone",
            flush=True,
        )


def foresight(online: UnitsForecast, units: NDArray[np.float64], window: NDArray[np.int64]) -> None:
    """What it would give to know beforehand what all offers together will sell in each period."""
    shared = (np.bincount(window, units) / np.bincount(window, online.mean))[window]
    knowing = UnitsForecast(online.means * shared[:, None], online.sizes, online.weights)
    before, after = (np.abs(f.quantile(0.5) - units).mean() for f in (online, knowing))
    print(f"online, knowing all offers' sum: mae {after:.4f}, {100 * (1 - after / before):.1f} % "
          "below online", flush=True)  # fmt: skip


def _wide(values: NDArray[np.float64], width: int, fill: float) -> NDArray[np.float64]:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=fill)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", choices=("tafeng", "panel"))
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--champion", default="mlp")
    parser.add_argument("--only-mixture", action="store_true")
    args = parser.parse_args()
    single_thread()
    source = of_tafeng(args.items) if args.source == "tafeng" else of_panel(args.items)
    seen = joined(source.windows)
    window = int(seen.end[0] - seen.start[0])
    spec = Spec.for_span(window, int(seen.end.max() - seen.start.min()))
    data = build(seen, described(source), spec, skip=WARM_UP, season=source.season)
    print(f"{args.source}: {len(data)} windows of {window / DAY:g} days", flush=True)
    if not args.only_mixture:
        with tempfile.TemporaryDirectory() as folder:
            zoo(data, args.out or Path(folder))
    mixture(source, data, args.champion)


if __name__ == "__main__":
    main()
