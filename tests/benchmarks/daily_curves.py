"""What the daily curves of a catalogue cost a forecaster: a line a model on stdout.

    python -m tests.benchmarks.daily_curves [OFFERS]

CPU seconds of a day on which each offer is learnt and gets a curve, up to the bytes of the records;
these bytes, and what gzip leaves of them in batches as they are sent; all for 100,000 offers.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np

from online_models.forecasting.forecaster import Forecaster
from schemas.values.instants import DAY, to_text
from streams.forecast.checkpoint import Checkpoint
from streams.forecast.partition import ForecastPartition

START = 19_675 * DAY
DAYS, CATALOGUE = 3, 100_000
#: Records that are handed over at a time, and that are sent together.
READ, SENT = 500, 40

SCALER = {"model": "river.preprocessing.StandardScaler"}
REGRESSION = {"model": "river.linear_model.BayesianLinearRegression"}
BAG = {"model": "river.ensemble.BaggingRegressor", "args": [REGRESSION], "n_models": 3, "seed": 1}
MODELS: dict[str, dict[str, Any]] = {
    "regression": REGRESSION,
    "scaled regression": {"model": "river.compose.Pipeline", "args": [SCALER, REGRESSION]},
    "scaled bag of three": {"model": "river.compose.Pipeline", "args": [SCALER, BAG]},
}


class Nothing:
    """A checkpoint that holds nothing."""

    def restore(self, forecasters: Mapping[str, Forecaster]) -> dict[str, int]:
        """All begin."""
        return dict.fromkeys(forecasters, 0)


def day(offers: int, number: int, rng: np.random.Generator) -> list[bytes]:
    """Observations of one day."""
    prices = 10.0 * np.exp(rng.normal(0.0, 0.08, offers))
    units = rng.poisson(3.0 * (prices / 10.0) ** -2.0)
    start = START + number * DAY
    said = {"channel": "web", "bucket_start": to_text(start), "bucket_end": to_text(start + DAY)}
    said |= {"views": 3, "stocked_out": False, "features": {"available": 1.0}}
    return [
        json.dumps(
            {"sku": f"item-{k:06d}", "units": int(sold), "price": f"{at:.2f}", **said}
        ).encode()
        for k, (sold, at) in enumerate(zip(units, prices, strict=True))
    ]


def main(offers: int) -> None:
    """Print what each model takes on its last day."""
    share = CATALOGUE / offers
    for name, described in MODELS.items():
        rng, checkpoint = np.random.default_rng(0), cast("Checkpoint", Nothing())
        partition = ForecastPartition({"m": Forecaster("m", described)}, checkpoint, DAY)
        for number in range(DAYS):
            records: list[Any] = [
                SimpleNamespace(offset=number * offers + k, value=value)
                for k, value in enumerate(day(offers, number, rng))
            ]
            begun = time.process_time()
            said = [
                msgspec.json.encode(curve)
                for at in range(0, offers, READ)
                for curve in partition.feed(records[at : at + READ])
            ]
            seconds = share * (time.process_time() - begun)
        sent = [
            gzip.compress(b"".join(said[at : at + SENT]), 6) for at in range(0, len(said), SENT)
        ]
        whole, packed = (share * sum(map(len, each)) / 1e6 for each in (said, sent))
        print(f"{name:20} {seconds:5.0f} s   {whole:4.0f} MB   {packed:4.1f} MB sent", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
