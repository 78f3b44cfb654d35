"""`python -m schemas.export` writes the generated files; `--check` verifies that they are current.

Example: python -m schemas.export --check
"""

from __future__ import annotations

import argparse
import sys

from schemas.export.files import FOLDER, generated, stale, write


def main() -> int:
    """Exit status 1 where `--check` finds a file that is missing, outdated or left over."""
    parser = argparse.ArgumentParser(prog="python -m schemas.export", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if not current")
    if not parser.parse_args().check:
        write()
        print(f"{len(generated())} files in {FOLDER}")
        return 0
    outdated = stale()
    if outdated:
        print(f"not current: {', '.join(outdated)}; run python -m schemas.export", file=sys.stderr)
    return 1 if outdated else 0


if __name__ == "__main__":
    sys.exit(main())
