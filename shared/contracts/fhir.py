"""Where what we say in FHIR R4 has its names: one canonical base, and the code systems.

Codes without a confirmed LOINC code are in code systems of our own (clinical reference 5).
"""

CANONICAL = "https://kap.example/fhir"
LOINC = "http://loinc.org"
INSTRUMENT_CODES = f"{CANONICAL}/CodeSystem/instruments"
"""Instruments (`pcl-5`), their items (`pcl-5.3`) and their answers (`pcl-5.answer.2`)."""
SCORING_DEFINITIONS = f"{CANONICAL}/scoring-definitions"


def questionnaire_url(code: str) -> str:
    return f"{CANONICAL}/Questionnaire/{code}"
