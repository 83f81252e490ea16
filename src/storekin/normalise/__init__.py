"""Raw values to comparable values."""
