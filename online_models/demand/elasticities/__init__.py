"""Estimated elasticities, as they are published."""
