"""The channels of a product priced as one problem: their ladder, and the stock that they share."""
