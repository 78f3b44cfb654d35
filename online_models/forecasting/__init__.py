"""Forecasters beside the pricer: they read observations, and publish curves."""
