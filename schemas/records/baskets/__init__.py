"""Records of what is bought together, and of what is recommended for it."""
