"""Numbers and sentences as people in trade read them."""
