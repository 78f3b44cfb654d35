"""Used goods, one of a kind each: what they are worth, and how soon they sell at which price."""
