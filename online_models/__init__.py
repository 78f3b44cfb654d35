"""From demand to a price: pure functions and estimators; no Kafka, no clock, no I/O."""
