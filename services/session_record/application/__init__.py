"""Room 2: one use case per function, on the unit of work it is given."""
