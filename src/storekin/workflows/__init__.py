"""One module for each thing that a person asks for."""
