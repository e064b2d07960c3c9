"""Bytes to contracts and back: strict JSON, schemas derived from the contracts, CloudEvents."""
