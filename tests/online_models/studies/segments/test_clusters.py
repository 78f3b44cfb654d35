from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from online_models.studies.segments.clusters import (
    Clusters,
    Method,
    RobustScale,
    best_clustering,
    hierarchical,
    k_means,
)

pytest.importorskip("sklearn", reason="scikit-learn is not installed (the `sklearn` extra)")
NAMES = ("first", "second")
METHODS = pytest.mark.parametrize("method", [k_means, hierarchical])


def three_groups() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(4)
    truth = np.repeat([0, 1, 2], [120, 80, 50])
    centres = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 9.0]])
    return centres[truth] + rng.normal(0.0, 0.5, (250, 2)), truth


@METHODS
def test_groups_that_are_there_are_found_the_largest_first(method: Method) -> None:
    features, truth = three_groups()
    labels = method(NAMES, features, 3, 0).assign(features)
    assert np.array_equal(labels, truth)


@METHODS
def test_the_number_of_groups_is_found(method: Method) -> None:
    features, _ = three_groups()
    clusters, scores = best_clustering(method, NAMES, features, most=6)
    assert len(clusters) == 3
    assert scores[3] == max(scores.values())


@METHODS
def test_the_same_seed_finds_the_same_groups(method: Method) -> None:
    features, _ = three_groups()
    runs = [json.dumps(method(NAMES, features, 4, 9).document()) for _ in range(2)]
    assert runs[0] == runs[1]


def test_too_few_or_equal_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        best_clustering(k_means, NAMES, np.zeros((2, 2)))


def test_a_document_restores_the_groups_and_is_checked() -> None:
    features, _ = three_groups()
    clusters = k_means(NAMES, features, 3)
    again = Clusters.restore(json.loads(json.dumps(clusters.document())))
    assert np.array_equal(again.assign(features), clusters.assign(features))
    document = clusters.document()
    with pytest.raises(ValueError, match="sizes do not fit"):
        Clusters.restore({**document, "middle": [0.0]})
    with pytest.raises(ValueError, match="not finite"):
        Clusters.restore({**document, "centres": [[float("nan"), 0.0]]})
    with pytest.raises(ValueError, match="not positive"):
        Clusters.restore({**document, "spread": [0.0, 1.0]})


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
def test_a_row_is_assigned_alike_alone_and_among_others(rows: list[tuple[float, float]]) -> None:
    clusters = Clusters(
        NAMES,
        RobustScale(np.zeros(2), np.ones(2)),
        np.array([[0.0, 1.0], [2.0, -1.0], [-3.0, 0.0]]),
    )
    features = np.array(rows)
    together = clusters.assign(features)
    assert together.tolist() == [int(clusters.assign(row[None])[0]) for row in features]
