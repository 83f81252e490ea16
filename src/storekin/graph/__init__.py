"""Associations, catalogues and clusters of stores."""
