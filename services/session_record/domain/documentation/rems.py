"""The esketamine REMS form, made from this encounter's record alone (SES-10; REMS, V:S4).

Nothing of an earlier session is ever filled in: vital signs and lot are this session's or missing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.session_record.domain.documentation.amending import standing
from services.session_record.domain.documentation.commands import SubmitRems
from services.session_record.domain.documentation.records import Record, Submission
from services.session_record.domain.encounter import Dose, Encounter, Reading, check_patient
from services.session_record.domain.rule import in_words
from services.session_record.domain.monitoring.ladder import stops
from shared.contracts.site import Episode
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy

SOURCE = "SES-10; esketamine REMS, patient monitoring form (V:S4)"
AT_FORTY, TOLERANCE = timedelta(minutes=40), timedelta(minutes=5)
"""The form's own middle reading, and the tolerance of clinical reference 3.2."""


REQUIRED = (
    "setting",
    "prescriber",
    "dose_mg",
    "lot",
    "benzodiazepines",
    "sedative_hypnotics",
    "psychostimulants",
    "maois",
    "pressure_before",
    "pressure_at_40",
    "pressure_at_end",
    "total_min",
)
"""What the form cannot go without; episodes may be none, but not without an end."""


@dataclass(frozen=True, slots=True)
class Pressure:
    at: datetime
    systolic: int
    diastolic: int


@dataclass(frozen=True, slots=True)
class RemsForm:
    """None: missing, but for `sedation` and `dissociation`, where None is answered with none."""

    patient_id: str
    encounter_id: str
    setting: str | None
    prescriber: str | None
    treated_at: datetime | None
    dose_mg: float | None
    lot: str | None
    benzodiazepines: bool | None
    sedative_hypnotics: bool | None
    psychostimulants: bool | None
    maois: bool | None
    vitals_acceptable_before: bool | None
    vitals_acceptable_after: bool | None
    pressure_before: Pressure | None
    pressure_at_40: Pressure | None
    pressure_at_end: Pressure | None
    pulse_oximetry: bool | None
    total_min: int | None
    ready_to_leave_min: int | None
    sedation: Episode | None
    dissociation: Episode | None
    serious_adverse_event: bool
    missing: tuple[str, ...] = ()


def form_of(record: Record, encounter: Encounter, policy: Policy) -> RemsForm | None:
    """None: no esketamine was given in this encounter."""
    dose, answers = encounter.dose, record.rems_answers()
    if dose is None or dose.route != "esketamine":
        return None
    left = encounter.discharge.at if encounter.discharge else None
    before, last = _last(encounter, dose.at), _last(encounter, left) if left else None
    minutes = int((left - dose.at).total_seconds() // 60) if left else None
    form = RemsForm(
        patient_id=encounter.patient_id,
        encounter_id=encounter.encounter_id,
        setting=answers.setting if answers else None,
        prescriber=record.signature.signer if record.signature else None,
        treated_at=dose.at,
        dose_mg=dose.dose_mg,
        lot=_lot(dose),
        benzodiazepines=answers.benzodiazepines if answers else None,
        sedative_hypnotics=answers.sedative_hypnotics if answers else None,
        psychostimulants=answers.psychostimulants if answers else None,
        maois=answers.maois if answers else None,
        vitals_acceptable_before=_acceptable(before, policy),
        vitals_acceptable_after=_acceptable(last, policy),
        pressure_before=_pressure(before),
        pressure_at_40=_pressure(_at_forty(encounter, dose)),
        pressure_at_end=_pressure(last),
        pulse_oximetry=True if before and last else None,
        total_min=minutes,
        ready_to_leave_min=minutes,
        sedation=answers.sedation if answers else None,
        dissociation=answers.dissociation if answers else None,
        serious_adverse_event=any(each.serious for each in standing(encounter)),
    )
    return replace(form, missing=_missing(form))


def submit(command: SubmitRems, record: Record, encounter: Encounter, policy: Policy) -> Record:
    check_patient(command, encounter)
    if record.rems:
        raise Rejected("already-submitted", "the REMS form of this session was submitted before")
    form = form_of(record, encounter, policy)
    if form is None:
        raise Rejected("no-esketamine", "no esketamine was given here: there is no REMS form")
    if found := (*_unsigned(record), *_reasons(form)):
        raise Rejected("rems-form-incomplete", f"not to be submitted: {in_words(found)}", found)
    return replace(record, rems=Submission(command.at, command.confirmation))


def _unsigned(record: Record) -> tuple[Reason, ...]:
    words = "the record is not signed"
    return () if record.signature else (Reason("record-unsigned", words, SOURCE),)


def _reasons(form: RemsForm) -> tuple[Reason, ...]:
    return tuple(
        Reason(f"{name.replace('_', '-')}-missing", f"{name.replace('_', ' ')} is missing", SOURCE)
        for name in form.missing
    )


def _missing(form: RemsForm) -> tuple[str, ...]:
    unset = [name for name in REQUIRED if getattr(form, name) is None]
    open_ended = [
        name
        for name in ("sedation", "dissociation")
        if (episode := getattr(form, name)) and episode.resolved_min is None
    ]
    return (*unset, *open_ended)


def _last(encounter: Encounter, at: datetime) -> Reading | None:
    """The newest reading of this encounter by then."""
    return encounter.last_reading(at)


def _at_forty(encounter: Encounter, dose: Dose) -> Reading | None:
    """The reading nearest to 40 minutes after the dose, within the tolerance."""
    wanted = dose.at + AT_FORTY
    near = [each for each in encounter.readings if abs(each.at - wanted) <= TOLERANCE]
    return min(near, key=lambda each: abs(each.at - wanted), default=None)


def _pressure(reading: Reading | None) -> Pressure | None:
    return Pressure(reading.at, reading.systolic, reading.diastolic) if reading else None


def _acceptable(reading: Reading | None, policy: Policy) -> bool | None:
    return not stops(reading, policy) if reading else None


def _lot(dose: Dose) -> str | None:
    return dose.lot or None
