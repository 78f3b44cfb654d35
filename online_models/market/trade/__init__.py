"""Markets of other kinds than a shop's public prices: quotes, quantity breaks, several channels.

Each knows its own best prices, and its equations are not those of any estimator of this project.
"""
