"""What a Kafka log says about a failure."""

import re
from collections.abc import Iterable

LINES = 15

HEAD = re.compile(r"\[[^\]]+\] (?P<level>[A-Z]+) ")
SERIOUS = {"ERROR", "FATAL"}


def cause_lines(log: Iterable[str]) -> list[str]:
    """Return the lines of a log that tell why Kafka failed, at most 15.

    A node that fails still ends in order, at length: those messages, stack frames and what
    several threads repeat are left out. A log without any error gives its plain end.
    """
    lines = list(log)
    serious = False
    # A dict for its order: the first mention of each line counts.
    causes: dict[str, None] = {}
    for line in lines:
        head = HEAD.match(line)
        if head is not None:
            serious = head["level"] in SERIOUS
        if serious and not line.startswith("\t"):
            causes[line] = None
    return list(causes)[:LINES] or lines[-LINES:]
