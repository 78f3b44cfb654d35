"""From input topics to the journal: decode, validate, hash, route, stamp the watermark."""
