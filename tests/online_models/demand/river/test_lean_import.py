from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from online_models.demand.river.lean_import import river_module
lean = river_module("drift", "page_hinkley")
assert "river.drift" not in sys.modules, "the package was imported"
assert river_module("drift", "page_hinkley") is lean
from river.drift import PageHinkley
assert PageHinkley is lean.PageHinkley, "two classes of one name"
assert river_module("drift", "page_hinkley") is lean
"""


def test_a_module_by_itself_is_the_one_that_its_package_has() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True)
