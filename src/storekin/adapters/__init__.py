"""Engines and files; none knows another."""
