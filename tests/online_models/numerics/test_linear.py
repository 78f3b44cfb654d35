"""Linear algebra: right, and the same bytes everywhere."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np

from online_models.numerics import linear

RNG = np.random.default_rng(3)

CHECKSUM = """
import hashlib
import numpy as np
from online_models.numerics import linear, special as m
x = m.normals(5, np.arange(9), count=6001) * m.exp(m.normals(6, np.arange(9)))
# more columns than are summed at once
x = np.concatenate([x * (1.0 + i / 7) for i in range(11)], axis=-1)
g = linear.gram(x)
s = linear.solve(g, x[:, 0])
p = linear.softmax(x[:, :9].copy())
print(hashlib.sha256(g.tobytes() + s.tobytes() + p.tobytes()).hexdigest())
"""


def test_gram_is_close_to_the_true_product() -> None:
    x = RNG.standard_normal((9, 5000)) * np.exp(RNG.standard_normal((9, 1)) * 5)
    scale = np.sqrt(np.diag(x @ x.T))
    error = (linear.gram(x) - x @ x.T) / scale[:, None] / scale
    assert np.abs(error).max() < 1e-6


def test_solve_inverts_a_batch() -> None:
    x = RNG.standard_normal((4, 6, 30))
    a = np.einsum("bin,bjn->bij", x, x)
    b = RNG.standard_normal((4, 6))
    np.testing.assert_allclose(linear.solve(a, b), np.linalg.solve(a, b[..., None])[..., 0])


def test_softmax_survives_huge_scores() -> None:
    weights = linear.softmax(np.array([[1e6, 0.0, 1e6], [-1e9, -1e9, -1e9]]))
    np.testing.assert_allclose(weights, [[0.5, 0, 0.5], [1 / 3, 1 / 3, 1 / 3]], atol=1e-290)


def test_bytes_do_not_depend_on_the_blas_kernel() -> None:
    sums = set()
    for environment in (
        {},
        {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
        {"OPENBLAS_CORETYPE": "Haswell"},
        {"OPENBLAS_CORETYPE": "SkylakeX", "OPENBLAS_NUM_THREADS": "2"},
    ):
        run = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", CHECKSUM],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        sums.add(run.stdout)
    assert len(sums) == 1
