"""Tumbling windows of demand: what was sold, seen and shown in each."""
