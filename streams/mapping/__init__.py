"""A merchant's own records become records of the contract, before anything decodes them."""
