"""What the pricer remembers of each offer, policy and promotion."""
