"""`pricetide` on a machine whose clock is 400 days ahead while the file $WRONG_CLOCK exists."""

import os
import sys
from pathlib import Path

from streams.cli import main
from streams.ingest.clock import broker_clock

AHEAD = 400 * 86_400_000

if __name__ == "__main__":
    flag, right = Path(os.environ["WRONG_CLOCK"]), broker_clock._wall
    broker_clock._wall = lambda: right() + AHEAD * flag.exists()
    sys.exit(main())
