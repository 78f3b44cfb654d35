"""Models by their import paths and arguments, as settings name them.

To name a path is to run its code. So settings alone may: they are the operator's, as the program
is. A policy or any other record comes over the wire, and could run anything if it could name one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

#: The key that makes a table a model.
MODEL = "model"
#: Its arguments without a name.
PLAIN = "args"


def build(described: Any) -> Any:
    """What a description stands for: a table with a `model` is that class or function, called with
    the other entries by name and those of `args` in their order. Lists and tables may hold more.

    Raises
    ------
    ValueError
        A path leads to nothing that can be called.

    >>> build({"model": "fractions.Fraction", "args": [3], "denominator": 4})
    Fraction(3, 4)
    >>> build({"model": "builtins.list", "args": [[{"model": "fractions.Fraction"}, 2]]})
    [Fraction(0, 1), 2]
    """
    if isinstance(described, Mapping):
        if MODEL not in described:
            return {name: build(value) for name, value in described.items()}
        rest = {name: value for name, value in described.items() if name not in (MODEL, PLAIN)}
        plain = build(described.get(PLAIN, []))
        return _found(described[MODEL])(*plain, **build(rest))
    if isinstance(described, Sequence) and not isinstance(described, str):
        return [build(each) for each in described]
    return described


def _found(path: Any) -> Any:
    module, _, name = str(path).rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"there is no {path!r}: {error}") from None
    if not callable(found):
        raise ValueError(f"{path!r} makes no model")
    return found
