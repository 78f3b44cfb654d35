"""A worker's own shell over a Kafka in memory, in a time of its own: one seed is one run."""
