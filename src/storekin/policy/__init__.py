"""Policies as data, and what follows from evidence under them."""
