"""A worker of the release after this one, whose snapshots are of the next version."""

import sys

from online_models.persistence import versions

versions.MIGRATIONS = {**versions.MIGRATIONS, versions.VERSION: dict}
versions.VERSION += 1

from streams import cli  # noqa: E402

if __name__ == "__main__":
    sys.exit(cli.main())
