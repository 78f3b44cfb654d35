"""A pricing policy learnt in the simulated market by fitted Q iteration."""
