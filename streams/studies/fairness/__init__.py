"""`pricetide fairness`: who got personal prices, and how much lower they were."""
