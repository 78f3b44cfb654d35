"""What people order: records of `pricing-control`, checked before they are written."""
