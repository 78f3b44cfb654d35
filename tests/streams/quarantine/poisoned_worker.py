"""`pricetide`, but for the fault of `poison`."""

import sys

from streams.cli import main
from tests.streams.quarantine.poison import inject

if __name__ == "__main__":
    inject()
    sys.exit(main())
