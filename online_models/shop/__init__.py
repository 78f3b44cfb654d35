"""The world of the merchant: offers, competitors, stock, and the cleaning of their data."""
