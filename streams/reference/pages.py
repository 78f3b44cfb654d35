"""The pages, and what else is made from the code, by their files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streams.reference import commands, metrics, policy, records, strimzi

FOLDER = Path(__file__).parents[2] / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "policy-reference.md": policy.page,
    "records.md": records.page,
    "commands.md": commands.page,
    "metrics.md": metrics.page,
}
DEPLOYED: dict[str, Callable[[], str]] = {
    "../deploy/strimzi/topics.yaml": strimzi.topics,
    "../deploy/strimzi/users.yaml": strimzi.users,
}


def write() -> None:
    """Write all of them."""
    for name, page in (PAGES | DEPLOYED).items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
