"""What a recording says of elasticities: figures, words and plots."""
