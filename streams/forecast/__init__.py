"""The worker's role `forecast`: models that learn beside the pricer, and publish curves."""
