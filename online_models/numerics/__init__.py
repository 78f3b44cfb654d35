"""Arithmetic that gives the same bits on every machine, and the arrays that it works on."""
