"""A pricing policy learnt by trial in the market simulator, and evaluated by NumPy alone.

`state` is what it sees of an offer: the belief of the demand models about it, and its prices.
`policy` turns that into a price. `rollout` lets it act in simulated markets, `fitted_q` learns from
what happened (TensorFlow, imported when called), and `seat` holds the one in force.
"""
