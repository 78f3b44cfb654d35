"""River's regressors as forecasters of demand."""
