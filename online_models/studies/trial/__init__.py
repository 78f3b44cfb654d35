"""What prices that were decided in the shadow would have earned, by what is learnt of demand."""
