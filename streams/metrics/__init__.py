"""What a running worker tells Prometheus and whoever asks after its health."""
