"""Learning leaves the same bytes on every CPU and every BLAS kernel."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys

PROGRAM = """
import hashlib
import itertools
import numpy as np
from online_models.demand.evaluation import checks
from online_models.persistence.plain import leaves
from online_models.persistence.saved import save
models = checks.registered("mixture")
for seen in [*checks.ordinary_days(30), *itertools.islice(checks.hostile_windows(), 0, 300, 5)]:
    report = models.learn(seen)
curves = models.curves(np.arange(checks.OFFERS), checks.context(40))
digest = hashlib.sha256(report.mean.tobytes() + curves.log_rate.tobytes())
digest.update(curves.elasticity.tobytes())
digest.update(report.forecast.quantile(0.9).tobytes())
for name, value in leaves(save(models)):
    numbers = isinstance(value, np.ndarray)
    plain = np.nan_to_num(value, nan=-7.0).tobytes() if numbers else repr(value).encode()
    digest.update(name.encode() + plain)
print(digest.hexdigest())
"""


def test_bytes_do_not_depend_on_the_machine() -> None:
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(PROGRAM, {})
    digests = {here.getvalue()}
    for environment in (
        {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL", "OPENBLAS_CORETYPE": "Prescott"},
        {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL", "OPENBLAS_CORETYPE": "Haswell"},
        {"OPENBLAS_NUM_THREADS": "2", "OPENBLAS_CORETYPE": "SkylakeX"},
    ):
        run = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(run.stdout)
    assert len(digests) == 1
