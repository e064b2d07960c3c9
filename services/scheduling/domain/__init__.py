"""Pure decisions on courses, appointments and time. No clock, no store, no framework."""
