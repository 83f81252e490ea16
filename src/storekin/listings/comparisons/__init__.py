"""How alike two listings are: one module for each kind of value."""
