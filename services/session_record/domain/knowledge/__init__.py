"""What other services have told: standing, courses, appointments, practitioners, persons.

Fed by Kafka events only: a replay from offset 0 rebuilds it to the byte, so nothing from posted
events may come in here (but for the doses of a person, which clinics share).
"""
