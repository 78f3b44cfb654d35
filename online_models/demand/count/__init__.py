"""Counts of slow sellers: Gamma-Poisson levels and a negative binomial."""
