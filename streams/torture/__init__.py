"""Faults by the thousand: made-up ones by a seed, hostile records, and real kills."""
