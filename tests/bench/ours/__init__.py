"""What is measured of our own processes: ingest, consumption, relay, and the whole way through."""
