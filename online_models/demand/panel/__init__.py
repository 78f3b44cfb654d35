"""Log units of a panel of channels: products by Gaussian processes, channels by least squares."""
