"""Pages of `docs/` that are made from the code: policies, records, commands, metrics and alerts."""
