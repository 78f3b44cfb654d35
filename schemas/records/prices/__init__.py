"""What is decided: prices, how they came about, plans, and what a merchant should know."""
