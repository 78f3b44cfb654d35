"""What to recommend to whom: what goes with a basket, what recommending it brings, and the desk."""
