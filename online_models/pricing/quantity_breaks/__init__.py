"""Quantity breaks that are learnt from the quantities that customers order."""
