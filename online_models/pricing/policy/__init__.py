"""A policy as it is worked with: compiled terms, selection, settings."""
