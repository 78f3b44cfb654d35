"""A worker of the release after this one, whose snapshots are of the next version."""

import sys

from online_models.persistence import versions

# not where the tests import this file to look for examples in it
if __name__ == "__main__":
    versions.MIGRATIONS = {**versions.MIGRATIONS, versions.VERSION: dict}
    versions.VERSION += 1

    from streams import cli

    sys.exit(cli.main())
