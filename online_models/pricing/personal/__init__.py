"""Personal discounts that are learnt: to whom, how deep, and what they bring."""
