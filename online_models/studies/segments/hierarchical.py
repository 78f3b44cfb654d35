"""Agglomerative clustering, Ward's criterion.

References: Ward, "Hierarchical grouping to optimize an objective function", JASA 58 (1963).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from online_models.studies.segments.clusters import Clusters, Floats, Scale, found

#: The tree costs memory by the square of its rows; more are represented by a random part.
MOST_ROWS = 4000


def hierarchical(names: Sequence[str], features: Floats, groups: int, seed: int = 0) -> Clusters:
    """The tree over the rows of (n, k), cut into `groups`; needs scikit-learn."""
    from sklearn.cluster import AgglomerativeClustering

    scale = Scale.of(features)
    standard = scale.apply(features)
    if len(standard) > MOST_ROWS:
        standard = standard[np.random.default_rng(seed).permutation(len(standard))[:MOST_ROWS]]
    labels = AgglomerativeClustering(n_clusters=groups, linkage="ward").fit(standard).labels_
    return found(names, scale, standard, labels.astype(np.int64))
