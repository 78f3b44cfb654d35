"""Records that were refused or quarantined, sent again: as they came, or mended."""
