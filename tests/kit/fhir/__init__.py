"""FHIR R4: a judge that we did not write, and the smallest examples that it accepts."""
