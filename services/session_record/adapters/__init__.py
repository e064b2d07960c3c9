"""Room 3: edges that only translate."""
