"""A market of used goods, one of a kind each, that knows what each is worth."""
