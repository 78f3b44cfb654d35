"""Estimated elasticities, as they are told to the outside."""
