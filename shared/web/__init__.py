"""The HTTP side that all services share: identity, ingest, errors, health, descriptions."""
