"""The shop's side of Pricetide: what it tells, and what it is told."""
