"""One use case per function, on the unit of work."""
