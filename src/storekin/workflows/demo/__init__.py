"""The example portfolio."""
