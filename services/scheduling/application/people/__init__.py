"""The use cases of what is for people: feeds, reminders, confirmations."""
