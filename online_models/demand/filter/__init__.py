"""A hierarchical Bayesian filter of log rates and elasticities."""
