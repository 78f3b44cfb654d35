"""Elasticities of a recording."""
