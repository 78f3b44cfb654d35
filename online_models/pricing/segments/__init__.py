"""Prices below the public one: for segments, and for single customers."""
