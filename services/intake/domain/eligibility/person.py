"""Rules about the person and the reason for the referral: age, diagnosis, which stream it is."""

from collections.abc import Iterable

from services.intake.domain.eligibility.case import Case, Rule
from shared.kernel.errors import Reason

AGE_KEY = "adult.from_age"
DIAGNOSES = {
    "treatment-resistant-depression": ("F31", "F32", "F33"),
    "chronic-depression": ("F31", "F32", "F33", "F34.1"),
    "ptsd": ("F43.1",),
}
"""ICD-10 codes of the streams. Existential distress from illness or loss has no code of its own."""
CASE_BY_CASE = ("ptsd", "existential-distress")


def _under_age(case: Case) -> Iterable[Reason]:
    least = case.policy[AGE_KEY]
    if case.age < least:
        words = f"The patient is younger than {least:g}: the network treats adults only."
        yield Reason("under-age", words)


def _other_diagnosis(case: Case) -> Iterable[Reason]:
    stream, diagnosis = case.patient.indication, case.patient.diagnosis
    codes = DIAGNOSES.get(stream)
    if codes and not diagnosis.startswith(codes):
        words = (
            f"The diagnosis {diagnosis} is not one of {stream} ({', '.join(codes)}): have a"
            " clinician make the diagnosis, or refer anew under the right indication."
        )
        yield Reason("diagnosis-not-of-indication", words)


def _case_by_case(case: Case) -> Iterable[Reason]:
    if case.patient.indication in CASE_BY_CASE:
        words = (
            f"{case.patient.indication} is decided case by case: the prescriber weighs it and"
            " names it in the decision."
        )
        yield Reason("case-by-case", words)


def _engaged_elsewhere(case: Case) -> Iterable[Reason]:
    return case.obstacles


RULES = (
    Rule("adults-only", "decline", "INT-10; Spravato US PI (S2)", _under_age, (AGE_KEY,)),
    Rule(
        "diagnosis-of-the-indication",
        "hold",
        "INT-1; clinical reference 2.5",
        _other_diagnosis,
        ends=True,
    ),
    Rule("case-by-case-stream", "review", "clinical reference 2.5 [P]", _case_by_case),
    Rule("person-free-for-a-course", "hold", "SCH-9", _engaged_elsewhere),
)
