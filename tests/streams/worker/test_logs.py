"""What a worker's log looks like to people and to programs."""

from __future__ import annotations

import json
import logging
import sys

from streams.configuration.settings import Settings
from streams.worker.logs import AskedAgain, JsonLines, first_line


def record(name: str, message: str, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord(name, level, "f.py", 1, message, (), None)


def test_a_line_of_json_holds_the_traceback() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        line = record("streams.x", "it\nfailed")
        line.exc_info = sys.exc_info()
    said = json.loads(JsonLines().format(line))
    assert (said["level"], said["logger"], said["message"]) == ("error", "streams.x", "it\nfailed")
    assert "ValueError: no" in said["exception"]


def test_what_passes_by_itself_is_no_error_and_all_else_is() -> None:
    passing = record("aiokafka.consumer", "failed: [Error 15] GroupCoordinatorNotAvailableError")
    fresh = record("aiokafka.consumer", "Failed fetch: [Error 6] NotLeaderForPartitionError: x")
    other = record("aiokafka.consumer", "failed: [Error 29] TopicAuthorizationFailedError")
    ours = record("streams.ingest", "GroupCoordinatorNotAvailableError")
    lines = (passing, fresh, other, ours)
    for line in lines:
        assert AskedAgain().filter(line)
    assert [line.levelname for line in lines] == ["INFO", "INFO", "ERROR", "ERROR"]


def test_the_first_line_says_where_and_what_and_no_secret() -> None:
    settings = Settings(bootstrap="kafka:9092", customer_key="swordfish", metrics="9464")
    said = first_line(settings, "all", 3)
    for part in ("role all", "kafka:9092 (PLAINTEXT)", "8 partitions", "3 policies", "9464"):
        assert part in said
    assert "swordfish" not in said
