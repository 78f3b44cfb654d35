"""The shells around the fold: ingest, worker, replay, pipe and the commands."""
