"""Real workers on a real Kafka, in topics of their own."""
