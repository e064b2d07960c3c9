"""What HTTP may ask of free time and of the calendar."""
