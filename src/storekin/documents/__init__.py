"""Documents: files that sellers send, read within limits and never trusted."""
