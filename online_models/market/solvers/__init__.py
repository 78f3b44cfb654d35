"""Solvers of the clairvoyant optimum, one per structure of demand."""
