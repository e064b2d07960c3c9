"""A clinic that sends a backlog as fast as it is let, for what must not be delayed by it."""
