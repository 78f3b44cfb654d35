"""The steps from the wanted price to the decided one, kept column by column."""
