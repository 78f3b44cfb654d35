"""Oscar's app `partner`, with prices that hold for a while once they are in a basket."""
