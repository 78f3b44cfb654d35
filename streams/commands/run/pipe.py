"""`pricetide pipe`: the pricer on stdin and stdout."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from streams.configuration.policy_file import load
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

SUMMARY = "the pricer on stdin and stdout, without Kafka"
DESCRIPTION = """\
Run the pricer on stdin and stdout, one JSON line per record.

A line in:  {"topic": "orders", "key": null, "value": {…}, "timestamp": 1700000000000}
Lines out have the same form. A tick,
  {"topic": "pricing-control", "key": null, "value": {"kind": "tick", "time": "…"}}
answers with all that is due up to its time, and then with itself: any closed loop can drive it.
"""
EXAMPLES = ("pricetide pipe --policies policies.json < events.jsonl > prices.jsonl",)
SETTINGS = ("bucket", "lateness", "timezone", "ack_timeout")
CHUNK = 1 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--policies", type=Path, metavar="FILE", help="policies to start with")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run until the input ends."""
    pipe = Pipe(settings, load(options.policies) if options.policies else [])
    out = sys.stdout.buffer
    out.writelines(pipe.opening)
    for lines in _arriving(sys.stdin.fileno()):
        out.writelines(pipe.feed(lines))
        out.flush()
    return 0


def _arriving(source: int) -> Iterator[list[bytes]]:
    """Whole lines as they come: an interactive peer gets its answers at once."""
    begun: list[bytes] = []  # a line may come in many pieces, and is joined once
    while chunk := os.read(source, CHUNK):
        *lines, rest = chunk.split(b"\n")
        if lines:
            lines[0] = b"".join([*begun, lines[0]])
            begun = []
            yield lines
        begun.append(rest)
    if any(begun):
        yield [b"".join(begun)]
