"""How near two values of one kind are."""
