"""Rules about the work-up and the vital signs: what is due, when it expires, what it may show."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from services.intake.domain.eligibility.case import Case, Rule
from services.intake.domain.evidence.contraindications import has_cardiac_history
from shared.kernel.errors import Reason

PRESSURE_KEYS = ("bp.predose_hold_systolic", "bp.predose_hold_diastolic")
VITALS_KEY, WEIGHT_KEY = "work-up.vitals_max_age_d", "weight.max_age_d"
MOCA_KEY, PREGNANCY = "cognition.moca_min", "pregnancy-test"


@dataclass(frozen=True, slots=True)
class Due:
    """An item of the work-up. `age_key`: due from that age on. `bad`: the result to act on."""

    item: str
    words: str
    source: str
    max_age_key: str
    bad: str
    age_key: str = ""

    @property
    def policy_keys(self) -> tuple[str, ...]:
        return (self.max_age_key, *((self.age_key,) if self.age_key else ()))


CPSBC = "clinical reference 2.3; CPSBC draft (S82) [P]"
ITEMS = (
    Due("ecg", "ECG", CPSBC, "ecg.max_age_d", "abnormal", "ecg.from_age"),
    Due("liver-function", "liver function test", CPSBC, "labs.max_age_d", "abnormal"),
    Due("renal-function", "renal function test", CPSBC, "labs.max_age_d", "abnormal"),
    Due(PREGNANCY, "pregnancy test", "INT-7; label (S2)", "pregnancy.max_age_d", "positive"),
    Due(
        "urine-drug-screen",
        "urine drug screen",
        "INT-11; Sanacora 2017 [M]",
        "urine-drug-screen.max_age_d",
        "positive",
    ),
    Due(
        "urinary-symptoms",
        "urinary symptom screen",
        "clinical reference 2.3; label (S2)",
        "urinary.max_age_d",
        "positive",
    ),
    Due(
        "cognition",
        "cognition test (MoCA)",
        "clinical reference 2.3; ELEKT-D (S52)",
        "cognition.max_age_d",
        "abnormal",
        "cognition.from_age",
    ),
    Due(
        "prescription-monitoring",
        "prescription-monitoring query",
        "clinical reference 2.3; state law [M]",
        "prescription-monitoring.max_age_d",
        "abnormal",
    ),
)
REVIEWED = (
    "ecg",
    "liver-function",
    "renal-function",
    "urine-drug-screen",
    "prescription-monitoring",
)


def _not_done(due: Due, case: Case) -> Iterable[Reason]:
    if not _is_due(due, case):
        return
    found = case.patient.work_up(due.item)
    if found is None:
        words = f"There is no {due.words}: have it done and post the result."
        yield Reason(f"{due.item}-missing", words)
    elif found.performed_at > case.at:
        words = f"The {due.words} is newer than this decision: decide again."
        yield Reason(f"{due.item}-newer", words)
    elif found.result == "not-applicable":
        return
    elif case.at - found.performed_at > case.policy.days(due.max_age_key):
        words = (
            f"The {due.words} of {found.performed_at:%Y-%m-%d} is older than"
            f" {case.policy[due.max_age_key]:g} days: have it done again."
        )
        yield Reason(f"{due.item}-expired", words)


def _is_due(due: Due, case: Case) -> bool:
    if not due.age_key:
        return True
    if due.item == "ecg" and has_cardiac_history(case.patient):
        return True
    return case.age >= case.policy[due.age_key]


def _positive_pregnancy(case: Case) -> Iterable[Reason]:
    found = case.patient.work_up(PREGNANCY)
    if found and found.result == "positive":
        words = "The pregnancy test is positive: no dosing; refer, and test again if it was wrong."
        yield Reason("pregnancy-test-positive", words)


def _urinary_symptoms(case: Case) -> Iterable[Reason]:
    found = case.patient.work_up("urinary-symptoms")
    if found and found.result == "positive":
        words = "There are urinary symptoms: do a urinalysis, and screen again once it is clear."
        yield Reason("urinary-symptoms-positive", words)


def _cognition_low(case: Case) -> Iterable[Reason]:
    found, least = case.patient.work_up("cognition"), case.policy[MOCA_KEY]
    if found and found.value is not None and found.value < least:
        words = (
            f"The MoCA is {found.value:g}, below {least:g}: have capacity and cognition assessed"
            " before going on."
        )
        yield Reason("cognition-below-threshold", words)


def _to_review(case: Case) -> Iterable[Reason]:
    for due in ITEMS:
        found = case.patient.work_up(due.item)
        if due.item in REVIEWED and found and found.result == due.bad:
            words = f"The {due.words} is {due.bad}: the prescriber weighs it and names it."
            yield Reason(f"{due.item}-{due.bad}", words, due.source)


def _vitals_outdated(case: Case) -> Iterable[Reason]:
    vitals = case.patient.latest(case.patient.vital_signs)
    if vitals is None:
        yield Reason("vital-signs-missing", "There are no vital signs: take and post them.")
    elif vitals.at > case.at:
        words = "The vital signs are newer than this decision: decide again."
        yield Reason("vital-signs-newer", words)
    elif case.at - vitals.at > case.policy.days(VITALS_KEY):
        yield Reason("vital-signs-expired", "The vital signs are too old: take them again.")


def _pressure_high(case: Case) -> Iterable[Reason]:
    vitals = case.patient.latest(case.patient.vital_signs)
    systolic, diastolic = (case.policy[key] for key in PRESSURE_KEYS)
    if vitals and (vitals.systolic >= systolic or vitals.diastolic >= diastolic):
        words = (
            f"Blood pressure is {vitals.systolic}/{vitals.diastolic}, to be below {systolic:g}/"
            f"{diastolic:g} mm[Hg]: measure again at rest; if it stays, the prescriber treats it."
        )
        yield Reason("blood-pressure-high", words)


def _weight_outdated(case: Case) -> Iterable[Reason]:
    weighed = [each for each in case.patient.current(case.patient.vital_signs) if each.weight_kg]
    if not weighed:
        yield Reason("weight-missing", "There is no weight: weigh the patient and post it in kg.")
    elif case.at - weighed[-1].at > case.policy.days(WEIGHT_KEY):
        yield Reason("weight-expired", "The weight is too old: weigh the patient again.")


RULES = (
    *(
        Rule(f"{due.item}-in-date", "missing", due.source, partial(_not_done, due), due.policy_keys)
        for due in ITEMS
    ),
    Rule("not-pregnant", "hold", "INT-7; label (S2)", _positive_pregnancy, ends=True),
    Rule("no-urinary-symptoms", "hold", "clinical reference 2.3; label (S2)", _urinary_symptoms),
    Rule(
        "cognition-sufficient",
        "hold",
        "clinical reference 2.3; ELEKT-D (S52)",
        _cognition_low,
        (MOCA_KEY,),
    ),
    Rule("work-up-weighed", "review", "INT-11; clinical reference 2.3", _to_review),
    Rule(
        "vital-signs-in-date",
        "missing",
        "INT-1; Sanacora 2017 [M]",
        _vitals_outdated,
        (VITALS_KEY,),
    ),
    Rule(
        "blood-pressure-below-hold",
        "hold",
        "clinical reference 2.2 [P]; CTCAE v5 (S70)",
        _pressure_high,
        PRESSURE_KEYS,
    ),
    Rule(
        "weight-in-date", "missing", "clinical reference 2.3 [P]", _weight_outdated, (WEIGHT_KEY,)
    ),
)
