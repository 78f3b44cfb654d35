"""A trained model as bytes that hold no code: a network's weights, or a regressor by skops.

Nothing is ever unpickled: skops makes objects of the types that are named here and of plain ones of
NumPy and scikit-learn, and refuses all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from online_models.demand.networks.container import pack, unpack
from online_models.demand.networks.network import Network
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.baselines import RegressionBaseline
from online_models.training.models import DeepModel, build
from online_models.training.search import SearchTrial

#: What of scikit-learn skops does not trust by itself: the trees.
TRUSTED = (
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)
#: What can become a version.
Trained = Network | RegressionBaseline


def trained(model: Any) -> Trained:
    """Of a model that has been fitted, what forecasts."""
    found = model.network if isinstance(model, DeepModel) else model
    if not isinstance(found, Trained):
        raise TypeError(f"{type(model).__name__} cannot become a version")
    return found


def describe(trial: SearchTrial, spec: Spec) -> dict[str, Any]:
    """What a version is, without its weights, as JSON values."""
    hyper = {k: list(v) if isinstance(v, tuple) else v for k, v in trial.hyper.items()}
    return {"name": trial.model, "spec": spec.document(), "hyper": hyper}


def to_bytes(model: Trained) -> bytes:
    """A version's file."""
    if isinstance(model, Network):
        return pack(model.document(), model.weights)
    from skops import io

    kept: bytes = io.dumps({"estimator": model.estimator, "size": model.size})
    return kept


def from_bytes(described: Mapping[str, Any], data: bytes) -> Trained:
    """The inverse of `to_bytes`.

    Raises
    ------
    WeightsError
        Where the weights of a network are broken.
    """
    if described["name"] in ARCHITECTURES:
        return Network.of(*unpack(data))
    from skops import io

    model = build(described["name"], described["hyper"])
    assert isinstance(model, RegressionBaseline)
    kept = io.loads(data, trusted=list(TRUSTED))
    model.estimator, model.size = kept["estimator"], kept["size"]
    return model
