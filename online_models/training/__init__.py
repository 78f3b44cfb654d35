"""What only a trainer runs: networks, baselines and their search, policies by fitted Q."""
