"""Records of wholesale: requests for quotes, quotes, what became of them, and contract prices."""
