"""The model of twenty lines in the documents says what the pricer takes, and is weighed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from schemas.examples import EXAMPLES
from schemas.topics import decode
from schemas.values.instants import DAY, HOUR
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from tests.streams.pipe.shop_days import START, line, product, tick

PAGE = (Path(__file__).parents[1] / "docs" / "models.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_ones_own_model_takes_twenty_lines_and_says_sound_forecasts() -> None:
    code = block("python")
    assert len([line for line in code.splitlines() if line and "import" not in line]) <= 20
    seen = json.dumps(EXAMPLES["demand-observations"])
    done = subprocess.run(
        [sys.executable, "-c", code], input=f"{seen}\n{seen}\n", capture_output=True, text=True
    )
    assert done.stderr == ""
    for said in done.stdout.splitlines():
        found = decode("demand-forecasts", said.encode())
        assert len(found.points) == 3
        assert found.points[0].units > found.points[2].units
    assert len(done.stdout.splitlines()) == 2


def test_what_it_says_comes_in_time_and_is_weighed_beside_the_pricers_own() -> None:
    """The model reads each observation as it comes, and the pricer reads its answer."""
    model = subprocess.Popen(
        [sys.executable, "-u", "-c", block("python")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pipe, weights = Pipe(Settings()), []
    assert not list(pipe.feed([line("products", product("tea"), START)]))
    for day in range(20):
        at = START + day * DAY
        lines = [{"sku": "tea", "quantity": 5, "unit_price": "10.00"}]
        order = {"order_id": f"o{day}", "currency": "EUR", "lines": lines}
        found = pipe.feed([line("orders", order, at + 9 * HOUR), tick(at + DAY)])
        for topic, value in [(each["topic"], each["value"]) for each in map(json.loads, found)]:
            assert not (topic == "pricing-alerts" and "forecast" in value["kind"]), value
            if topic == "demand-observations":
                weights.append(value["forecast"]["weights"])
                print(json.dumps(value), file=model.stdin, flush=True)
                assert model.stdout is not None
                answer = json.loads(model.stdout.readline())
                assert not list(pipe.feed([line("demand-forecasts", answer, at + DAY)]))
    model.communicate()
    # 0 where nothing was said in time: of the windows before the first that it can know of
    assert all(each["published:week"] > 0.0 for each in weights[3:]), weights


def test_the_settings_of_the_page_are_settings() -> None:
    tables = tomllib.loads(block("toml"))
    assert Settings(**tables).forecasters["trend"].by == "all"
