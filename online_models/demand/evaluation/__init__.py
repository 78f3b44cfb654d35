"""Demand models judged on what they forecast, and the checks that each must pass."""
