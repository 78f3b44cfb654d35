"""`pricetide topics`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.kafka.access import ROLES, grant
from streams.kafka.admin import Report, TopicsError, create_topics
from streams.kafka.clients import client

DESCRIPTION = """\
Create every topic that is missing, with its settings, and compare those that exist.

Settings that differ are told and left alone, for operators may have their reasons. A change of the
number of partitions is refused, for it would change the prices.

With --grant it allows a user of Kafka what its role needs and no more, and touches no topic:
  all, ingest, price, train   a worker of that role
  feed     write orders, clicks, competitors' prices, products, stock and promotions
  apply    read price-changes, write price-acks; groups whose names begin with the user's
  steer    write policies and control: whoever may, rules the prices
  look     read all outputs, as the console does

Examples:
  pricetide topics --bootstrap kafka:9092 --replication 3
  pricetide topics --bootstrap kafka:9092 --grant User:shop --role apply
"""

SETTINGS = ("bootstrap", "app", "partitions")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--replication",
        type=int,
        metavar="N",
        help="replication factor of new topics (default: the cluster's)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit status 1 where a topic is missing or differs",
    )
    parser.add_argument("--grant", metavar="User:NAME", help="allow this user what --role needs")
    parser.add_argument("--role", choices=tuple(ROLES), help="with --grant")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Create or check the topics; return the exit status."""
    if args.replication is not None and args.replication < 1:
        print("pricetide topics: --replication must be at least 1", file=sys.stderr)
        return 2
    if (args.grant is None) != (args.role is None):
        print("pricetide topics: --grant and --role go together", file=sys.stderr)
        return 2
    try:
        if args.grant is not None:
            return _grant(settings, args.grant, args.role)
        report = create_topics(
            client(settings),
            TOPICS.values(),
            partitions=settings.partitions,
            replication=args.replication,
            check=args.check,
        )
    except TopicsError as error:
        print(f"pricetide topics: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines(report, check=args.check)))
    return int(args.check and bool(report.missing or report.differences))


def _grant(settings: Settings, principal: str, role: str) -> int:
    kind, _, name = principal.partition(":")
    if not (kind and name):
        print(f"pricetide topics: {principal!r} is no User:NAME", file=sys.stderr)
        return 2
    rights = grant(client(settings), principal, role, settings.app)
    print("\n".join(f"{principal} may {right}" for right in rights))
    return 0


def lines(report: Report, *, check: bool) -> Iterator[str]:
    """Tell a report in lines of text."""
    for name in report.missing:
        yield f"{'missing' if check else 'created'}  {name}"
    for each in report.differences:
        yield f"differs  {each.topic}: {each.setting} is {each.found}, not {each.wanted}"
    yield f"{len(report.existing)} topics exist, {len(report.missing)} " + (
        "are missing" if check else "were created"
    )
