from __future__ import annotations

import subprocess
import sys


def test_what_the_worker_imports_loads_no_tensorflow() -> None:
    modules = [
        "online_models.demand.networks",
        "online_models.demand.networks.expert",
        "online_models.demand.networks.zoo",
        "online_models.training.recorded_observations",
        "online_models.demand",
        "streams.commands.run.worker",
        "streams.trainer.service",
    ]
    # not scikit-learn: River loads it by itself where it is installed
    code = (
        f"import sys, {', '.join(modules)}\n"
        "heavy = {'tensorflow', 'keras', 'tensorboard'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
