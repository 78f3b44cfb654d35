"""What goes with what: recommendations from baskets, judged on orders that they have not seen."""
