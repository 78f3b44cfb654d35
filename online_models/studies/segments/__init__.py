"""Groups of items and of customers: found offline by clustering, assigned in the fold by NumPy.

`items` and `customers` turn history into features; `clustering` finds groups (scikit-learn,
imported when called); `clusters` holds what is found, and assigns newcomers.
"""
