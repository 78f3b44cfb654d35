"""Recorded orders as baskets."""
