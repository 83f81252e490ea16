"""Ports: what an engine must offer."""
