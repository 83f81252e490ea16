"""Compiled functions over columns."""
