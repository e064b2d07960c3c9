"""Where the sessions of a course fit: the rules between them, and the search."""
