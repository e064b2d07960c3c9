"""What can be booked: people, rooms, chairs and monitors, and when each of them is there."""
