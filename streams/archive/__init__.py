"""The journal kept beyond Kafka's retention: written, verified, and read back."""
