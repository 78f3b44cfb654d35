"""What the demand models say to the outside: observations, drift, evidence on categories."""
