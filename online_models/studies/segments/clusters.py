"""What a clustering found: groups by their centres, and whose each newcomer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.numerics.arrays import Floats, Ints

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
