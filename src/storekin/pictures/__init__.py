"""Pictures: what is seen in them, and whether two of them are one."""
