"""Room 3: the edges, which only translate."""
