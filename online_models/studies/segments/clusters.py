"""What a clustering found: groups by their centres, and whose each newcomer is.

References: Arthur, Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007; Ward,
"Hierarchical grouping to optimize an objective function", JASA 58 (1963); Rousseeuw, "Silhouettes",
J. Computational and Applied Mathematics 20 (1987).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.numerics.arrays import Floats, Ints

RESTARTS = 5


#: Standardised features beyond this count as this: one freak item makes no group of its own.
FURTHEST = 4.0


@dataclass(frozen=True, slots=True)
class RobustScale:
    """Where a feature lies and how far it spreads, robustly; shape (k,) each."""

    middle: Floats
    spread: Floats

    @classmethod
    def of(cls, features: Floats) -> RobustScale:
        """Means and standard deviations over the rows of (n, k), with the outermost hundredth at
        each end drawn in to the quantile there; NaN entries do not count.
        """
        low, high = np.nanquantile(features, [0.01, 0.99], axis=0)
        drawn = np.minimum(np.maximum(features, low), high)
        spread = np.nanstd(drawn, axis=0)
        spread = np.where(spread > 1e-9, spread, 1.0)
        return cls(np.nan_to_num(np.nanmean(drawn, axis=0)), spread)

    def apply(self, features: Floats) -> Floats:
        """Standardised features, (n, k); what is unknown (NaN) is typical."""
        standard = (features - self.middle) / self.spread
        standard = np.where(standard == standard, standard, 0.0)
        return np.minimum(np.maximum(standard, -FURTHEST), FURTHEST)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups in the space of named features.

    >>> scale = RobustScale(np.zeros(1), np.ones(1))
    >>> groups = Clusters(("rate",), scale, np.array([[-1.0], [2.0]]))
    >>> groups.assign(np.array([[0.1], [9.0], [np.nan]])).tolist()
    [0, 1, 0]
    """

    features: tuple[str, ...]
    scale: RobustScale
    #: Standardised centres, shape (groups, k).
    centres: Floats

    def __len__(self) -> int:
        return len(self.centres)

    def assign(self, features: Floats) -> Ints:
        """The nearest centre of each row of (n, k), the first among equals; same on every CPU."""
        standard = self.scale.apply(np.asarray(features, np.float64))
        distance = np.zeros((len(self), len(standard)))
        for column in range(standard.shape[1]):
            gap = self.centres[:, column, None] - standard[None, :, column]
            distance += gap * gap
        nearest: Ints = np.argmin(distance, axis=0).astype(np.int64)
        return nearest

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "features": list(self.features),
            "middle": self.scale.middle.tolist(),
            "spread": self.scale.spread.tolist(),
            "centres": self.centres.tolist(),
        }

    @classmethod
    def restore(cls, document: Mapping[str, Any]) -> Clusters:
        """The inverse of `document`; ValueError where its sizes do not fit, or a value is none."""
        names = tuple(document["features"])
        scale = RobustScale(
            np.array(document["middle"], np.float64), np.array(document["spread"], np.float64)
        )
        centres = np.array(document["centres"], np.float64)
        k = len(names)
        if scale.middle.shape != (k,) or scale.spread.shape != (k,) or centres.shape[1:] != (k,):
            raise ValueError(f"clusters: sizes do not fit {k} features")
        if not (np.isfinite(centres).all() and np.isfinite(scale.middle).all()):
            raise ValueError("clusters: a value is not finite")
        if not (scale.spread > 0.0).all():
            raise ValueError("clusters: a spread is not positive")
        return cls(names, scale, centres)


def found(names: Sequence[str], scale: RobustScale, standard: Floats, labels: Ints) -> Clusters:
    """Clusters from labels of standardised rows: centres are means, the largest group first."""
    sizes = np.bincount(labels)
    order = np.argsort(-sizes, kind="stable")
    centres = np.stack([standard[labels == label].mean(axis=0) for label in order if sizes[label]])
    return Clusters(tuple(names), scale, centres)


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
