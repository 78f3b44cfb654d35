"""Data cleaning: what the learner must not take at face value, found by named detectors."""
