"""Files of indexes: mapped arrays, and the log of what changed since."""
