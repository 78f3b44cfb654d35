"""The fold: journal batches in, outputs out; no clock, no I/O, no randomness of its own."""
