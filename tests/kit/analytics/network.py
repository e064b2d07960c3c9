"""The demo network as the read side would know it, without engines: told, scored, in frames."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import polars as pl

from services.outcomes.analytics.columns.frames import Frames, columns_of
from services.outcomes.analytics.view import StreamFrames
from services.outcomes.domain import trajectory as facts
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.commands import (
    OpenCourse,
    RecordAnswers,
    RecordDose,
    RegisterPatient,
)
from services.outcomes.domain.scoring import assess
from services.outcomes.domain.telling import NOTHING, tell
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts import site
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject, PatientFollowed, PatientResult
from shared.local.demo import assessments
from shared.local.demo.clinics import CLINICS
from shared.local.demo.people import Person, cohort
from shared.local.demo.room import sessions
from shared.local.demo.story import Appointment, Happening
from tests.kit.analytics import Row, frames_of
from tests.kit.demo.told import SEED, TODAY, UNTIL, a_course
from tests.kit.outcomes import POLICY


@cache
def demo_frames() -> Frames:
    return frames_of(list(_rows()), UNTIL)


@cache
def demo_stream() -> StreamFrames:
    """Everybody agreed to it; tokens are the patients' ids, which are made up."""
    frames = demo_frames()
    subjects = frames.patients.with_columns(
        subject_token=pl.col("patient_id"),
        clinic_token=pl.lit(None, pl.String()),
        last_dose_day=(pl.col("last_dose_on") - pl.col("first_dose_on")).dt.total_days(),
    )
    found = frames.results.with_columns(
        subject_token=pl.col("patient_id"),
        result_id=pl.col("assessment_id"),
        clinic_token=pl.lit(None, pl.String()),
    )
    return StreamFrames(
        subjects.select(pl.col(n).cast(k) for n, k in columns_of(OutcomeSubject).items()),
        found.select(pl.col(n).cast(k) for n, k in columns_of(OutcomeResult).items()),
        {0: 1},
    )


def _rows() -> Iterator[Row]:
    for person in (each for clinic in CLINICS for each in cohort(clinic, SEED, TODAY)):
        if not person.is_dosed:
            continue
        course = sessions.took_place(person, a_course(person), UNTIL)
        told = assessments.during(person, course)
        told += assessments.afterwards(person, course, UNTIL)
        trajectory = _trajectory(person, course, told)
        _, news = tell(NOTHING, trajectory, results(trajectory, POLICY))
        for each in news:
            yield Row(person.id, person.clinic.name, _with_integrations(each, course))


def _trajectory(person: Person, course: list[Appointment], told: list[Happening]) -> Trajectory:
    since = course[0].start if course else UNTIL
    found = facts.registered(RegisterPatient("r", since, person.id, person.indication))
    found = facts.with_course(OpenCourse("c", since, person.id, "course", person.route), found)
    for each in course:
        if each.session == "dosing":
            dose = RecordDose(each.id, each.start, person.id, each.id, each.dose_number)
            found = facts.with_dose(dose, found)
    for one in told:
        if isinstance(one.data, site.AssessmentAnswered) and not one.data.amends:
            answers = RecordAnswers(
                one.event_id,
                one.time,
                person.id,
                one.data.instrument,
                one.data.answers,
                "course",
            )
            found = facts.with_assessment(assess(answers), found)
    return found


def _with_integrations(
    told: PatientResult | PatientFollowed, course: list[Appointment]
) -> PatientResult | PatientFollowed:
    came = [each.start for each in course if each.session == "integration"]
    if isinstance(told, PatientFollowed):
        return replace(told, integrations=len(came))
    return replace(told, integrations=sum(each < told.answered_at for each in came))
