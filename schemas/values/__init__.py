"""The values inside records: exact money, instants, durations, shares, and their text."""
