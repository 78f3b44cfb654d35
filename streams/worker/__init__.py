"""The worker: ingest and pricer on real Kafka, any number of them side by side."""
