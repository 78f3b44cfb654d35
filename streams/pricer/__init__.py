"""From the journal to prices: one fold per partition, published exactly once."""
