"""What experiments with held-out offers have shown so far."""
