"""session-record: what may be done in the room, and what was done."""
