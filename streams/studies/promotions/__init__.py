"""`pricetide promotions`: promotions worth running."""
