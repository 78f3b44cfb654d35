"""Every metric of a worker, every alert of its rules, and every alert of the pricer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import Counter, Gauge, Histogram

from streams.metrics import instruments
from streams.reference.alerts import ALERTS

RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "rules.yml"
HEAD = """\
# Metrics and alerts

This page is made from the code (`python -m streams.reference`).

## Metrics

A worker with `--metrics 9464` answers `/metrics` for Prometheus, `/live` and `/ready`.

| metric | kind | labels | what it says |
|---|---|---|---|
"""


def instances() -> Iterator[tuple[str, Any]]:
    """Name as Prometheus has it, and the instrument."""
    for value in vars(instruments).values():
        if isinstance(value, Counter | Gauge | Histogram):
            name = value._name
            yield (f"{name}_total" if isinstance(value, Counter) else name), value


def page() -> str:
    """The page."""
    lines = [HEAD.rstrip("\n")]
    for name, one in instances():
        labels = ", ".join(f"`{label}`" for label in one._labelnames) or "–"
        lines.append(f"| `{name}` | {one._type} | {labels} | {one._documentation} |")
    lines += ["", "## Alerts of Prometheus", "", "Of `deploy/prometheus/rules.yml`.", ""]
    lines += ["| alert | severity | what it says |", "|---|---|---|"]
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            said = " ".join(rule["annotations"]["description"].split())
            lines.append(f"| `{rule['alert']}` | {rule['labels']['severity']} | {said} |")
    lines += ["", "## Alerts of the pricer", "", "The `kind` of records of `pricing-alerts`.", ""]
    lines += ["| kind | what it says |", "|---|---|"]
    lines += [f"| `{kind}` | {said} |" for kind, said in sorted(ALERTS.items())]
    return "\n".join(lines) + "\n"
