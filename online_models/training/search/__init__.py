"""Hyper-parameter search as pure values: which trials to run, how to split time, what they scored.

Running them, in parallel and resumably, is `streams/trainer`'s part.
"""
