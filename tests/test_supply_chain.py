"""What the project is made of is known: pinned, and in a bill of materials."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.toolchains import build

ROOT = Path(__file__).parents[1]
_TOOLS = ("pricetide", "pip", "setuptools", "wheel")
_EXTRAS = ("", "broker", "demo", "deep", "dev")


def _name(text: str) -> str:
    """A package's name as indices compare them."""
    return re.sub(r"[-_.]+", "-", text).lower()


def needed() -> dict[str, str]:
    """All installed packages that the project needs, itself not included, and their versions."""
    found: dict[str, str] = {}
    open_ = [(Requirement("pricetide"), _EXTRAS)]
    while open_:
        package, extras = open_.pop()
        try:
            wants = requires(package.name) or []
            found.setdefault(_name(package.name), version(package.name))
        except PackageNotFoundError:
            continue
        for want in map(Requirement, wants):
            applies = want.marker is None or any(
                want.marker.evaluate({"extra": extra}) for extra in extras
            )
            if applies and _name(want.name) not in found:
                open_.append((want, ("", *want.extras)))
    # what installs packages is the interpreter's own
    return {name: each for name, each in found.items() if name not in _TOOLS}


def test_every_package_that_is_needed_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {_name(line.partition("==")[0]) for line in lines if "==" in line}
    assert set(needed()) - pinned == set()


@pytest.mark.slow
def test_the_bill_of_materials_holds_every_package_with_its_version() -> None:
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    bill = json.loads(done.stdout)
    assert bill["bomFormat"] == "CycloneDX"
    listed = {_name(each["name"]): each["version"] for each in bill["components"]}
    assert {name: listed.get(name) for name in needed()} == needed()


@pytest.mark.slow
def test_every_extra_can_be_installed_with_the_pinned_versions() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = f".[{','.join(declared['optional-dependencies'])}]"
    install = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    # resolved all together, so that each of them is; without the network there is nothing to see
    build(ROOT, *install, "--quiet", "--no-deps", "--constraint", "constraints.txt", "six")
    subprocess.run(
        [*install, "--quiet", "--constraint", "constraints.txt", wanted], check=True, cwd=ROOT
    )
