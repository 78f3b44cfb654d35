"""Modules of River by themselves."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import river


def river_module(package: str, name: str) -> Any:
    """The module `river.PACKAGE.NAME`, without what `river.PACKAGE` imports beside it.

    `river.drift` imports River's data sets, and these scikit-learn and pandas: a second and 60 MB
    that no detector uses. Whoever imports the package itself later gets the same module in it.
    """
    whole = f"river.{package}"
    if whole in sys.modules:
        return import_module(f"{whole}.{name}")
    bare = ModuleType(whole)
    bare.__path__ = [f"{river.__path__[0]}/{package}"]
    sys.modules[whole] = bare
    try:
        return import_module(f"{whole}.{name}")
    finally:
        del sys.modules[whole]
