"""K-means clustering.

References: Arthur, Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from online_models.studies.segments.clusters import Clusters, Floats, Scale, found

RESTARTS = 5


def k_means(names: Sequence[str], features: Floats, groups: int, seed: int = 0) -> Clusters:
    """`groups` clusters of the rows of (n, k), scaled robustly first; needs scikit-learn."""
    from sklearn.cluster import KMeans

    scale = Scale.of(features)
    standard = scale.apply(features)
    fitted = KMeans(n_clusters=groups, n_init=RESTARTS, random_state=seed).fit(standard)
    return found(names, scale, standard, fitted.labels_.astype(np.int64))
