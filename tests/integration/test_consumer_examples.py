"""The consumers in other languages, where this machine can run them."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import decode
from streams.configuration.settings import Settings
from streams.kafka.broker import jars
from streams.mapping.topic_settings import TopicSettings
from streams.tables.newest import all_values
from tests.integration.test_consumers import record
from tests.patience import Patience
from tests.toolchains import build

pytestmark = [pytest.mark.integration, pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "deploy" / "consumers"


def node(folder: Path) -> list[str]:
    build(folder, "npm", "install", "--no-audit", "--no-fund")
    return ["node", "consumer.mjs"]


def go(folder: Path) -> list[str]:
    build(folder, "go", "mod", "download")
    build(folder, "go", "build", "-o", "consumer", ".")
    return ["./consumer"]


def java(folder: Path) -> list[str]:
    library = str(jars.install() / "jars" / "*")
    build(folder, "javac", "-cp", library, "PriceConsumer.java")
    return ["java", "-cp", f"{library}:.", "PriceConsumer"]


@pytest.mark.parametrize("prepare", [node, go, java], ids=lambda each: each.__name__)
def test_it_shows_the_newest_prices_and_acknowledges_them(
    prepare: Callable[[Path], list[str]],
    tmp_path: Path,
    bootstrap: str,
    make_topics: Callable[..., list[str]],
    produce: Callable[..., None],
) -> None:
    folder = tmp_path / prepare.__name__
    shutil.copytree(EXAMPLES / prepare.__name__, folder)
    command = prepare(folder)
    prices, acks = make_topics("price-changes", "price-acks")
    produce(bootstrap, prices, [record("a", 1), record("b", 4), record("a", 2), record("a", 2)])
    produce(bootstrap, prices, [record("b", 3), record("b", 5)])
    variables = {**os.environ, "KAFKA": bootstrap, "PRICES": prices, "ACKS": acks}
    with (tmp_path / "out").open("w") as out, (tmp_path / "errors").open("w") as errors:
        shop = subprocess.Popen(command, cwd=folder, env=variables, stdout=out, stderr=errors)
    try:
        patience = Patience()
        while len(told(bootstrap, acks)) < 4:
            assert shop.poll() is None, (tmp_path / "errors").read_text()
            patience.require()
            time.sleep(0.5)
    finally:
        shop.kill()
        shop.wait()
    lines = (tmp_path / "out").read_text().splitlines()
    assert lines == ["a web 1.00", "b web 4.00", "a web 2.00", "b web 5.00"]
    answered = told(bootstrap, acks)
    assert [ack.decision_id for ack in answered] == ["a-1", "b-4", "a-2", "b-5"]
    assert {ack.status for ack in answered} == {"applied"}


def told(bootstrap: str, topic: str) -> list[Any]:
    """The acknowledgements; some clients compress them by themselves."""
    settings = Settings(bootstrap=bootstrap, topics={"price-acks": TopicSettings(name=topic)})
    return [decode("price-acks", each) for each in asyncio.run(all_values(settings, "price-acks"))]
