"""Room 1: pure decisions about one patient. No framework, clock, store or topic may come in."""
