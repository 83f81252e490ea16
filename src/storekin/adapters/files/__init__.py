"""Tables in files, read into a portfolio."""
