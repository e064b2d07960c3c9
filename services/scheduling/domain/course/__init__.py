"""A course of care: its appointments, what becomes of them, and what is known of the patient."""
