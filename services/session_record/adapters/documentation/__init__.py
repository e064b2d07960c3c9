"""The edges of the written record: its routes, its HTTP reads, its seal."""
