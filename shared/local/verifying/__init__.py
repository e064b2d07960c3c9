"""A network that runs, looked at as a whole."""
