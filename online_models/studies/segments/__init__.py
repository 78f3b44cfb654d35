"""Groups of items and of customers: found offline by clustering, told apart in the fold by NumPy.

`items` and `customers` turn history into features; `k_means` and `hierarchical` find groups
(scikit-learn, imported when called); `clusters` holds what is found, and assigns newcomers.
"""
