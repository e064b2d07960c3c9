"""The edges of scheduling: events and HTTP. They only translate."""
