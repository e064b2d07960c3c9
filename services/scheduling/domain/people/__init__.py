"""What people see of the calendar: their feeds, reminders, and what they confirm."""
