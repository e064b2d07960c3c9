"""Use cases of the clinical rules that time, other clinics and the zones bring."""
