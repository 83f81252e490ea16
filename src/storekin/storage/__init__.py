"""Ports: what a place must offer that keeps cases."""
