"""State that survives: the unit of work, the journal, and their two adapters (memory, MongoDB)."""
