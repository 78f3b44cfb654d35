"""The commands of `pricetide`, one file each."""
