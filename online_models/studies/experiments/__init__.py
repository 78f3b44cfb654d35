"""What was a price worth: lift of a holdout experiment, and off-policy value of logged prices."""
