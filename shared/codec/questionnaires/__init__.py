"""Questionnaires as people and other systems see them: their text, and FHIR."""
