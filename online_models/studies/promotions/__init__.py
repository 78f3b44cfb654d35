"""Promotions worth running: what earlier ones teach, and the best under a budget."""
