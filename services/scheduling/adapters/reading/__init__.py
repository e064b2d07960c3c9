"""The reads over HTTP, by part."""
