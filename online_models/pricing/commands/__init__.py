"""What people and shops say of prices: approvals, manual prices, acknowledgements."""
