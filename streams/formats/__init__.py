"""The forms in which records come and go, beside plain JSON of the contract."""
