"""The invariants of the spine that can be checked while it runs (numbers: the operations guide)."""
