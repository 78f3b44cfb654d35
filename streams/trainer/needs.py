"""Whether this installation can train."""

from __future__ import annotations

from importlib.util import find_spec

NO_TENSORFLOW = "training needs TensorFlow; install it with: pip install 'pricetide[deep]'"


def tensorflow_installed() -> bool:
    """Whether TensorFlow is there; it is not imported."""
    return find_spec("tensorflow") is not None
