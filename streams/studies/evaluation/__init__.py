"""Demand models judged on a recording."""
