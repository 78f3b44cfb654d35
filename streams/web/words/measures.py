"""What the demand models are called, and the measures of a trained one."""

from __future__ import annotations

from streams.web.words.figures import plain

_MEASURES = {
    "wape": "error as a share of sales",
    "mae": "error in units",
    "mase": "error against last week's sales",
    "coverage_90": "sales inside the 90% band",
    "rmse_log": "relative error",
    "log_loss": "how unlikely the sales were (less is better)",
    "log_score": "how likely the sales were (more is better)",
    "pinball": "error of the bands",
    "profit_share": "share of the best possible profit",
}
#: The models that are always there; those of others keep their own names.
_EXPERTS = {
    "count": "count model",
    "filter": "state-space model",
    "panel": "panel model",
    "deep": "trained network",
}


def expert(name: str) -> str:
    """A demand model's name in words."""
    return _EXPERTS.get(name) or plain(name)


def measure(name: str) -> str:
    """A measure's name in words.

    >>> measure("coverage_90")
    'sales inside the 90% band'
    """
    return _MEASURES.get(name) or plain(name)
