"""Use cases and reads of outcomes, on the unit-of-work port."""
