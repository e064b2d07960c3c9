"""In the room: what session-record is told of the sessions that took place."""
