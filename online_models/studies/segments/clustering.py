"""Groups of rows by k-means or by a tree, and how many there are; needs scikit-learn.

References: Arthur, Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007; Ward,
"Hierarchical grouping to optimize an objective function", JASA 58 (1963); Rousseeuw, "Silhouettes",
J. Computational and Applied Mathematics 20 (1987).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.studies.segments.clusters import Clusters, RobustScale, found

RESTARTS = 5


def k_means(names: Sequence[str], features: Floats, groups: int, seed: int = 0) -> Clusters:
    """`groups` clusters of the rows of (n, k), scaled robustly first; needs scikit-learn."""
    from sklearn.cluster import KMeans

    scale = RobustScale.of(features)
    standard = scale.apply(features)
    fitted = KMeans(n_clusters=groups, n_init=RESTARTS, random_state=seed).fit(standard)
    return found(names, scale, standard, fitted.labels_.astype(np.int64))


#: The tree costs memory by the square of its rows; more are represented by a random part.
MOST_ROWS = 4000


def hierarchical(names: Sequence[str], features: Floats, groups: int, seed: int = 0) -> Clusters:
    """The tree over the rows of (n, k), cut into `groups`; needs scikit-learn."""
    from sklearn.cluster import AgglomerativeClustering

    scale = RobustScale.of(features)
    standard = scale.apply(features)
    if len(standard) > MOST_ROWS:
        standard = standard[np.random.default_rng(seed).permutation(len(standard))[:MOST_ROWS]]
    labels = AgglomerativeClustering(n_clusters=groups, linkage="ward").fit(standard).labels_
    return found(names, scale, standard, labels.astype(np.int64))


Method = Callable[[Sequence[str], Floats, int, int], Clusters]
#: Rows enough to measure how well groups separate.
SAMPLE = 2000


def best_clustering(
    method: Method, names: Sequence[str], features: Floats, most: int = 8, seed: int = 0
) -> tuple[Clusters, dict[int, float]]:
    """The clustering of the largest mean silhouette among 2 … `most` groups, and all silhouettes.

    Raises
    ------
    ValueError
        Where there are fewer than three rows.
    """
    from sklearn.metrics import silhouette_score

    if len(features) < 3:
        raise ValueError(f"{len(features)} rows are too few to cluster")
    candidates: dict[int, Clusters] = {}
    scores: dict[int, float] = {}
    for groups in range(2, min(most, len(features) - 1) + 1):
        clusters = method(names, features, groups, seed)
        labels = clusters.assign(features)
        if len(set(labels.tolist())) < 2:
            continue
        scores[groups] = float(
            silhouette_score(
                clusters.scale.apply(features),
                labels,
                sample_size=min(SAMPLE, len(features)),
                random_state=seed,
            )
        )
        candidates[groups] = clusters
    if not scores:
        raise ValueError("all rows are alike")
    return candidates[max(scores, key=lambda groups: scores[groups])], scores
