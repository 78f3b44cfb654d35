"""A trainer beside a pricer, killed on its way: it begins again, and the pricer does not notice."""

import importlib.util
import json
import os
import signal
from pathlib import Path

import pytest

from tests.integration.shop import traffic
from tests.integration.shop.truth import assert_exactly

pytestmark = [
    pytest.mark.integration,
    pytest.mark.deep,
    pytest.mark.skipif(
        importlib.util.find_spec("tensorflow") is None, reason="needs the `deep` extra"
    ),
]

#: Fifty days: more than the trainer's least.
EVENTS = 1600
STEP = 45 * traffic.MINUTE


@pytest.fixture(scope="module")
def trained(shop, start_worker, tmp_path_factory):
    """(shop, worker, memory of the worker) after a training run that was killed twice."""
    worker = start_worker("w0")
    shop.send(traffic.catalogue())
    events = list(traffic.events(EVENTS, step=STEP))
    shop.send(events[: EVENTS - 200])
    shop.settle(worker)
    folder = tmp_path_factory.mktemp("training")
    trainer = start_worker(
        "t0",
        "--role",
        "train",
        PRICETIDE_TRAINING=str(folder),
        PRICETIDE_TRAIN_MODELS="mlp",
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    shop.wait(lambda: any(folder.glob("runs/*/dataset.npz")), "begun", worker, trainer)
    trainer.kill()
    trainer.start()
    shop.wait(
        lambda: any(folder.glob("runs/*/trials/*.json")),
        "searched",
        worker,
        trainer,
    )
    os.kill(child_of(trainer.process.pid), signal.SIGKILL)
    trainer.kill()
    trainer.start()
    shop.wait(lambda: shop.number("model-updates") > 0, "published", worker, trainer)
    shop.send(events[EVENTS - 200 :], per_second=400)
    shop.settle(worker)
    assert trainer.stop() == 0, trainer.tail()
    maps = Path(f"/proc/{worker.process.pid}/maps").read_text()
    assert worker.stop() == 0, worker.tail()
    return shop, maps


def child_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


def test_the_pricer_goes_on_exactly_and_takes_up_the_challenger(trained, expected):
    shop, _ = trained
    assert_exactly(shop.published(), expected())
    kinds = {json.loads(r.value)["kind"] for r in shop.read(["pricing-alerts"])}
    assert "model_rejected" not in kinds
    updates = [json.loads(r.value) for r in shop.read(["model-updates"])]
    assert {u["status"] for u in updates} == {"challenger"}
    assert [u["chunk"] for u in updates] == list(range(updates[0]["chunks"]))


def test_the_pricer_never_loads_tensorflow(trained):
    _, maps = trained
    assert "tensorflow" not in maps
