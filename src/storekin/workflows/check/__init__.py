"""Pre-flight: a draft is checked before it goes live."""
