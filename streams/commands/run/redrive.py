"""`pricetide redrive`: refused and quarantined records, sent again."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.clients import bootstrap
from streams.redrive.letters import LetterFilter, edited
from streams.redrive.mending import mend
from streams.redrive.run import RedriveReport, redrive
from streams.terminal.flags import add_json, instant
from streams.terminal.output import print_json

SUMMARY = "send refused and quarantined records again"
DESCRIPTION = """\
Send records again that were refused (dead-letters) or quarantined: as they came, or mended.

It only says what it would do until --send is given. A record is looked for at its place in its
topic; where it is gone from there, what the letter kept is sent, if that is all of it and names no
person. What its schema still refuses is not sent, unless it is mended. Each record is sent once,
however often this runs: in one transaction with a note on pricing-redriven.

--set mends one field of JSON values. For more, record the letters, edit the lines, and send them:

  pricetide record dead-letters --out buried && gunzip buried/dead-letters.jsonl.gz

A record that says what an older one said before, such as a product's, counts as the newest again.
"""
EXAMPLES = (
    "pricetide redrive --topic orders --reason currency --set currency=EUR",
    "pricetide redrive --topic orders --reason currency --set currency=EUR --send",
    "pricetide redrive --from buried/dead-letters.jsonl --send",
)
SETTINGS = ("bootstrap", "app")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--topic", action="append", metavar="TOPIC", help="only records of this topic; repeatable"
    )
    parser.add_argument("--reason", metavar="TEXT", help="only those whose reason has this text")
    for name, what in (("since", "at or after"), ("until", "before")):
        help_ = f"only what was put aside {what} this time (RFC 3339 or ms)"
        parser.add_argument(f"--{name}", type=instant, metavar="TIME", help=help_)
    parser.add_argument(
        "--source",
        metavar="PARTITION[:OFFSET]",
        help="only what was read from this partition of its topic, or at this place",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="mend a field; repeatable"
    )
    parser.add_argument(
        "--from",
        dest="edited",
        type=Path,
        metavar="FILE",
        help="dead letters of this recording, their values as its lines say",
    )
    parser.add_argument("--send", action="store_true", help="send; without it, only say what would")
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Redrive, or say what would be sent; 1 where something could not be."""
    bootstrap(settings)
    partition, offset = _source(options.source)
    topics = frozenset(options.topic) if options.topic else None
    wanted = LetterFilter(topics, options.reason, options.since, options.until, partition, offset)
    wanted.require_known()
    mends = [mend(text) for text in options.set]
    given = [*edited([options.edited])] if options.edited else None
    outcome = asyncio.run(redrive(settings, wanted, mends, given, send=options.send))
    if options.json:
        print_json(document(outcome, sent=options.send))
    else:
        print("\n".join(_lines(outcome, sent=options.send)))
    return int(bool(outcome.gone or outcome.refused))


def _source(text: str | None) -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    partition, _, offset = text.partition(":")
    try:
        return int(partition), int(offset) if offset else None
    except ValueError:
        raise InputError(f"--source {text}: expected PARTITION or PARTITION:OFFSET") from None


def document(outcome: RedriveReport, *, sent: bool) -> dict[str, Any]:
    """The outcome as JSON."""
    return {
        "sent": outcome.parcels if sent else 0,
        "would_send": 0 if sent else outcome.parcels,
        "by_reason": [
            {"topic": topic, "reason": reason, "records": number}
            for (topic, reason), number in outcome.reasons.most_common()
        ],
        "sent_before": outcome.before,
        "gone": outcome.gone,
        "still_refused": outcome.refused,
    }


def _lines(outcome: RedriveReport, *, sent: bool) -> list[str]:
    verb = "sent" if sent else "would be sent"
    lines = [
        f"{number:,} of {topic}: {reason}"
        for (topic, reason), number in outcome.reasons.most_common()
    ]
    lines += [f"still refused: {place}" for place in outcome.refused]
    lines += [f"gone: {place}" for place in outcome.gone]
    if outcome.before:
        lines.append(f"{outcome.before:,} were sent before, and are not sent again")
    more = "" if sent or not outcome.parcels else "; --send sends them"
    return [*lines, f"{outcome.parcels:,} records {verb}{more}"]
