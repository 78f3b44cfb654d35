"""What the store holds, as tables: what topics tell, and what people do."""
