"""Used goods, one of a kind each: what the market asks and pays, and what to ask."""
