"""The state of a partition, saved beside the journal offset that it reflects."""
