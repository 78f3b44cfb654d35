"""Exact on every CPU, and close to the true functions."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy._core._multiarray_umath import (  # type: ignore[attr-defined]
    __cpu_dispatch__ as dispatched,
)
from numpy._core._multiarray_umath import (  # type: ignore[attr-defined]
    __cpu_features__ as features,
)

from online_models.numerics import special as m
from online_models.numerics.elementary import exp_one, expm1_one, log1p_one, log_one
from online_models.numerics.philox import philox4x32

scipy_special = pytest.importorskip("scipy.special")

CHECKSUM = """
import hashlib
import numpy as np
from online_models.numerics import special as m
grid = np.concatenate([np.linspace(-750, 750, 200001), m.uniforms(1, np.arange(50000))[:, 0],
                       m.exp(np.linspace(-745, 709, 20001)), [0.0, -0.0, np.inf, -np.inf, np.nan]])
h = hashlib.sha256()
for f in (m.exp, m.log, m.log1p, m.expm1, m.normal_cdf, m.normal_quantile, m.gammaln,
          m.cosine_of_turns):
    h.update(np.nan_to_num(f(grid), nan=-7.0, posinf=3.0, neginf=-3.0).tobytes())
u = m.uniforms(3, np.arange(9999), count=3)
h.update(u.tobytes()); h.update(m.normals(4, np.arange(9999), count=3).tobytes())
h.update(np.float64(m.total(u)).tobytes()); h.update(m.column_sums(u).tobytes())
h.update(m.sum_by(np.arange(9999) % 7, u[:, 0].copy(), 7).tobytes())
print(h.hexdigest())
"""


def checksum(**environment: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHECKSUM],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_bytes_do_not_depend_on_the_cpu() -> None:
    present = [name for name in dispatched if features.get(name)]
    variants = [" ".join(present[i:]) for i in range(len(present))]
    sums = {checksum()}
    for disabled in variants:
        sums.add(checksum(NPY_DISABLE_CPU_FEATURES=disabled))
    for core in ("Prescott", "Haswell", "Zen"):
        sums.add(checksum(OPENBLAS_CORETYPE=core))
    sums.add(checksum(NUMBA_CPU_NAME="generic"))
    assert len(sums) == 1


def ulps(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.max(np.abs(found - true) / np.spacing(np.abs(true))))


def test_exp_is_within_two_ulps() -> None:
    x = np.concatenate([np.linspace(-708, 709.7, 400001), np.linspace(-1, 1, 100001)])
    assert ulps(m.exp(x), np.exp(x)) <= 2


def test_log_is_within_two_ulps() -> None:
    x = np.concatenate([np.exp(np.linspace(-744, 709, 400001)), np.linspace(0.5, 2, 100001)])
    x = x[x != 1]
    assert ulps(m.log(x), np.log(x)) <= 2


def test_functions_near_zero_keep_their_relative_precision() -> None:
    x = np.concatenate([np.geomspace(1e-300, 0.9, 10001), -np.geomspace(1e-300, 0.9, 10001)])
    assert ulps(m.log1p(x), np.log1p(x)) <= 4
    assert ulps(m.expm1(x), np.expm1(x)) <= 6


def test_edges() -> None:
    inf, nan = np.inf, np.nan
    np.testing.assert_array_equal(
        m.exp([0.0, -inf, inf, nan, 800.0, -800.0]), [1, 0, inf, nan, inf, 0]
    )
    np.testing.assert_array_equal(
        m.log([1.0, 0.0, -0.0, inf, nan, -1.0]), [0, -inf, -inf, inf, nan, nan]
    )
    np.testing.assert_array_equal(m.log1p([-1.0, 0.0, inf, -2.0]), [-inf, 0, inf, nan])
    np.testing.assert_array_equal(m.normal_cdf([-inf, 0.0, inf, nan])[[0, 2, 3]], [0, 1, nan])
    np.testing.assert_array_equal(
        m.normal_quantile([0.0, 0.5, 1.0, -1, 2]), [-inf, 0, inf, nan, nan]
    )
    np.testing.assert_array_equal(m.gammaln([0.0, inf, -1.5, nan]), [inf, inf, nan, nan])
    subnormal = np.array([5e-324, 1e-310])
    np.testing.assert_allclose(m.log(subnormal), np.log(subnormal), rtol=1e-15)
    np.testing.assert_allclose(m.exp([-745.0, -720.0]), np.exp([-745.0, -720.0]), rtol=1e-3)


def test_normal_functions_match_a_reference() -> None:
    x = np.linspace(-37, 9, 20001)
    np.testing.assert_allclose(m.normal_cdf(x), scipy_special.ndtr(x), rtol=1e-8)
    np.testing.assert_allclose(m.normal_cdf(x), scipy_special.ndtr(x), rtol=0, atol=2e-15)
    p = np.concatenate([np.geomspace(1e-300, 0.5, 9999), np.linspace(0.001, 0.999, 9999)])
    np.testing.assert_allclose(m.normal_quantile(p), scipy_special.ndtri(p), rtol=3e-14, atol=1e-15)


def test_gammaln_matches_a_reference() -> None:
    x = np.concatenate([np.geomspace(1e-300, 1e300, 20001), np.linspace(0.5, 40, 20001)])
    np.testing.assert_allclose(m.gammaln(x), scipy_special.gammaln(x), rtol=3e-15, atol=2e-14)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=40))
def test_a_row_does_not_depend_on_its_neighbours(values: list[float]) -> None:
    together = np.array(values)
    for function in (m.exp, m.log, m.log1p, m.expm1, m.normal_cdf, m.normal_quantile, m.gammaln):
        alone = np.array([function(v) for v in values])
        np.testing.assert_array_equal(function(together), alone)


def test_philox_gives_the_published_vectors() -> None:
    def drawn(*hex_words: str) -> list[str]:
        words = philox4x32(*(np.uint64(int(word, 16)) for word in hex_words))
        return [f"{int(word):08x}" for word in words]

    counter, key = ("243f6a88", "85a308d3", "13198a2e", "03707344"), ("a4093822", "299f31d0")
    assert drawn(*counter, *key) == ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]
    assert drawn(*["ffffffff"] * 6) == ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]


def test_draws_are_uniform_and_their_key_words_have_an_order() -> None:
    u = m.uniforms(11, np.arange(20000), count=3)
    assert u.min() > 0
    assert u.max() < 1
    counts = np.bincount((u.ravel() * 50).astype(int), minlength=50)
    expected = u.size / 50
    assert ((counts - expected) ** 2 / expected).sum() < 90
    assert abs(np.corrcoef(u.T)[0, 1]) < 0.03
    assert m.uniforms(1, 2)[0, 0] != m.uniforms(2, 1)[0, 0]
    assert m.uniforms(1)[0, 0] != m.uniforms(1, 0)[0, 0]
    np.testing.assert_array_equal(m.uniforms(5, -3, count=1)[0], m.uniforms(5, -3, count=4)[0, :1])


def test_normal_draws_have_unit_moments() -> None:
    z = m.normals(12, np.arange(40000), count=2)
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.02


def test_sums_are_sequential() -> None:
    values = np.array([1e16, 1.0, 1.0, -1e16] * 5)
    expected = 0.0
    for v in values:
        expected += v
    assert m.total(values) == expected
    assert m.total([]) == 0.0
    np.testing.assert_array_equal(m.column_sums(values[:, None].copy()), [expected])
    assert m.column_sums(np.zeros((0, 3))).shape == (3,)


def test_cosine_matches_a_reference() -> None:
    x = np.linspace(-7, 7, 20001)
    np.testing.assert_allclose(m.cosine_of_turns(x), np.cos(2 * np.pi * x), rtol=0, atol=2e-14)
    assert m.cosine_of_turns(0.25) == pytest.approx(0.0, abs=1e-15)


ONE_AND_MANY = [
    (exp_one, m.exp),
    (log_one, m.log),
    (log1p_one, m.log1p),
    (expm1_one, m.expm1),
]


@pytest.mark.parametrize(("one", "many"), ONE_AND_MANY)
def test_of_one_number_the_same_bits_come_as_of_an_array(one: Any, many: Any) -> None:
    edges = np.array([0.5, 2.0**0.5 / 2, 1.0, 2.0**0.5, 2.0, 700.0, 709.78, -745.2, 5e-324, 0.34])
    grid = np.concatenate([np.nextafter(edges, np.inf), edges, np.nextafter(edges, -np.inf)])
    grid = np.concatenate([grid, m.exp(np.linspace(-40.0, 40.0, 5001)), np.linspace(-40, 40, 5001)])
    grid = np.concatenate([grid, [0.0, -0.0, np.inf, -np.inf, np.nan]])
    assert np.array(list(map(one, grid.tolist()))).tobytes() == many(grid).tobytes()
