"""The shells around the fold: ingest, worker, replay, pipe and the commands."""

import os

# A fold computes on one core; threads of the linear algebra library, which is asked for small
# matrices, only wait for each other: with both cores busy elsewhere a product took 77 ms, not 1.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
