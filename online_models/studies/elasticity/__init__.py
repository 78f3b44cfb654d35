"""Elasticities after the fact: what a whole recording says, by an orthogonal estimate.

Nothing here reaches a price: the fold's own estimate is in `online_models.demand`.
"""
