"""What a price is worth: net of tax, cost and fees, under the forecast demand."""
