"""Intake decides who may be treated: registration, screening, consent, clearance, safety holds."""
