"""What a shop says of its products, its stock, its customers and its competitors."""
