"""The audit trail in tests: something to seal, and hands that tamper with it."""
