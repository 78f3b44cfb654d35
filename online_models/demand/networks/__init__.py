"""Deep demand models: trained in a process of their own, served in the fold by NumPy alone.

One network serves the whole catalogue: it sees an offer's last windows, what it is, and what is
known of the window to come, and gives a negative-binomial forecast that never rises with the own
price. TensorFlow is imported by `zoo.network`, `boltzmann` and `training` when called, never
by this package, and never by a worker.

`history` and `inputs` are shared by training and serving, so that both see the same features.
"""
