"""Quotes for wholesale customers: what a line may cost, how likely a price wins, which is best."""
