"""How many groups there are: as many as separate best.

References: Rousseeuw, "Silhouettes", J. Computational and Applied Mathematics 20 (1987).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from online_models.studies.segments.clusters import Clusters, Floats

Method = Callable[[Sequence[str], Floats, int, int], Clusters]
#: Rows enough to tell how well groups separate.
SAMPLE = 2000


def best(
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
