"""Dead-letter lanes over HTTP, for operations."""
