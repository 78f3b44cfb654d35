"""Policies looked at before they go live."""
