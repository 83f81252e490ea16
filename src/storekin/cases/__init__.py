"""Cases: what a person decides of an association, is told of it, and answers to it."""
