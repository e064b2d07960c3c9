"""The use cases of single appointments: booking, proposals, the waiting list, groups."""
