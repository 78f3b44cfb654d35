"""Recordings through the very same fold: no broker, no clock, the same bytes every time."""
