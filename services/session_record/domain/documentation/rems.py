"""The esketamine REMS form, made from this encounter's record alone (SES-10; REMS, V:S4).

Nothing of an earlier session is ever filled in: vital signs and lot are this session's or missing.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from services.session_record.domain.documentation.amending import standing
from services.session_record.domain.documentation.commands import SubmitRems
from services.session_record.domain.documentation.records import Record, Submission
from services.session_record.domain.encounter import Dose, Encounter, check_patient
from services.session_record.domain.monitoring.ladder import stops
from services.session_record.domain.monitoring.samples import latest, samples
from services.session_record.domain.rule import in_words
from shared.contracts.site import Episode
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy

SOURCE = "SES-10; esketamine REMS, patient monitoring form (V:S4)"
AT_FORTY, TOLERANCE = timedelta(minutes=40), timedelta(minutes=5)
"""The form's own middle reading, and the tolerance of clinical reference 3.2."""


EPISODES = ("sedation", "dissociation")


@dataclass(frozen=True, slots=True)
class Pressure:
    at: datetime
    systolic: int
    diastolic: int


@dataclass(frozen=True, slots=True)
class RemsForm:
    """None: missing; of `sedation` and `dissociation`, where the form is answered: there was none.

    Times in minutes since the first device.
    """

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
    forty = dose.at + AT_FORTY
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
        vitals_acceptable_before=_acceptable(encounter, encounter.arrived_at, dose.at, policy),
        vitals_acceptable_after=_acceptable(encounter, dose.at, left, policy),
        pressure_before=_pressure(encounter, encounter.arrived_at, dose.at),
        pressure_at_40=_pressure(encounter, forty - TOLERANCE, forty + TOLERANCE),
        pressure_at_end=_pressure(encounter, dose.at, left),
        pulse_oximetry=_oximetry(encounter, dose.at, left),
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
    """Everything that has no value; an episode may be none, but not without an end."""
    names = [each.name for each in fields(form) if each.name not in (*EPISODES, "missing")]
    unset = [name for name in names if getattr(form, name) is None]
    return (*unset, *(name for name in EPISODES if not _is_told(form, getattr(form, name))))


def _is_told(form: RemsForm, episode: Episode | None) -> bool:
    return form.setting is not None if episode is None else episode.resolved_min is not None


def _pressure(encounter: Encounter, since: datetime, until: datetime | None) -> Pressure | None:
    """The last one of this encounter in that time, whoever or whatever measured it."""
    if until is None:
        return None
    known = list(samples(encounter))
    systolic = latest(known, "systolic", until, since)
    diastolic = latest(known, "diastolic", until, since)
    if not systolic or not diastolic:
        return None
    return Pressure(systolic[-1].at, int(systolic[-1].value), int(diastolic[-1].value))


def _acceptable(
    encounter: Encounter, since: datetime, until: datetime | None, policy: Policy
) -> bool | None:
    if until is None or _pressure(encounter, since, until) is None:
        return None
    return not stops(encounter, policy, until, since)


def _oximetry(encounter: Encounter, since: datetime, until: datetime | None) -> bool | None:
    if until is None:
        return None
    return bool(latest(samples(encounter), "oxygen-saturation", until, since)) or None


def _lot(dose: Dose) -> str | None:
    return dose.lot or None
