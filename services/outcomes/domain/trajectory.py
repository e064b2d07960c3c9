"""One patient's facts: what was consented, opened, given and answered. Nothing derived is kept.

Each fact is in its set once and the sets are sorted, so that any order of arrival ends alike.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from services.outcomes.domain.commands import (
    OpenCourse,
    RecordAttendance,
    RecordDose,
    RecordStreamConsent,
    RegisterPatient,
)
from services.outcomes.domain.counting import SetAside, set_aside, twins
from services.outcomes.domain.scoring import Assessment
from shared.contracts.site import Indication, Route


@dataclass(frozen=True, slots=True)
class StreamConsent:
    id: str
    at: datetime
    granted: bool


@dataclass(frozen=True, slots=True)
class Course:
    id: str
    at: datetime
    route: Route


@dataclass(frozen=True, slots=True)
class Dose:
    encounter_id: str
    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Integration:
    """One that the patient attended. `dose_number`: of the dose that it was to integrate."""

    encounter_id: str
    at: datetime
    dose_number: int


@dataclass(frozen=True, slots=True)
class StreamLink:
    """The only way from the patient to the analysts' stream; erased when consent ends.

    `look_at`: when to look whether more may be told of who the subject is; `looks`: how often
    somebody did.
    """

    token: str
    since: datetime
    look_at: datetime | None = None
    looks: int = 0


@dataclass(frozen=True)
class Trajectory:
    """`taken_back`: the assessments that were retracted, known or still to come. All that was told
    is kept; what does not count is set aside. `counted`: the classes of people on the stream that
    the patient was counted in. `erased`: intake has erased who this is, for good."""

    patient_id: str
    indication: Indication
    consents: tuple[StreamConsent, ...] = ()
    courses: tuple[Course, ...] = ()
    doses: tuple[Dose, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    stream: StreamLink | None = None
    taken_back: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    erased: bool = False
    integrations: tuple[Integration, ...] = ()

    @cached_property
    def set_aside(self) -> dict[str, SetAside]:
        return set_aside(self.assessments, self.taken_back)

    @cached_property
    def counting(self) -> tuple[Assessment, ...]:
        aside = self.set_aside
        return tuple(each for each in self.assessments if each.id not in aside)

    @property
    def corrected(self) -> tuple[Assessment, ...]:
        """Those that do not count: corrected, retracted, or told twice."""
        aside = self.set_aside
        return tuple(each for each in self.assessments if each.id in aside)


def registered(command: RegisterPatient) -> Trajectory:
    return Trajectory(command.patient_id, command.indication)


def with_consent(command: RecordStreamConsent, trajectory: Trajectory) -> Trajectory:
    fact = StreamConsent(command.event_id, command.at, command.granted)
    known = {each.id: each for each in trajectory.consents} | {fact.id: fact}
    return replace(trajectory, consents=tuple(sorted(known.values(), key=_refusal_last)))


def with_erasure(trajectory: Trajectory) -> Trajectory:
    return replace(trajectory, erased=True)


def with_course(command: OpenCourse, trajectory: Trajectory) -> Trajectory:
    fact = Course(command.course_id, command.at, command.route)
    known = {each.id: each for each in trajectory.courses} | {fact.id: fact}
    ordered = sorted(known.values(), key=lambda each: (each.at, each.id))
    return replace(trajectory, courses=tuple(ordered))


def with_dose(command: RecordDose, trajectory: Trajectory) -> Trajectory:
    """One dose per encounter: of a dose given in two parts, the first part's time counts."""
    fact = Dose(command.encounter_id, command.at, command.number)
    known = {each.encounter_id: each for each in trajectory.doses}
    known[fact.encounter_id] = min(fact, known.get(fact.encounter_id, fact), key=_given)
    return replace(trajectory, doses=tuple(sorted(known.values(), key=_given)))


def with_integration(command: RecordAttendance, trajectory: Trajectory) -> Trajectory:
    fact = Integration(command.encounter_id, command.at, command.dose_number)
    known = {each.encounter_id: each for each in trajectory.integrations}
    known[fact.encounter_id] = min(fact, known.get(fact.encounter_id, fact), key=_attended)
    return replace(trajectory, integrations=tuple(sorted(known.values(), key=_attended)))


def with_assessment(fact: Assessment, trajectory: Trajectory) -> Trajectory:
    known = {each.id: each for each in trajectory.assessments} | {fact.id: fact}
    ordered = sorted(known.values(), key=lambda each: (each.answered_at, each.id))
    return replace(trajectory, assessments=tuple(ordered))


def without_assessment(assessment_id: str, trajectory: Trajectory) -> Trajectory:
    """Known already or still to come: it counts no longer (OUT-5)."""
    over = {*trajectory.taken_back, assessment_id}
    return replace(trajectory, taken_back=tuple(sorted(over)))


def repeated(fact: Assessment, trajectory: Trajectory) -> list[Assessment]:
    """What was told already in the same words, and was not retracted."""
    same = twins(fact, trajectory.assessments)
    return [each for each in same if each.id not in trajectory.taken_back]


def consenting_since(trajectory: Trajectory) -> datetime | None:
    """Since when consent to the analysts' stream stands unbroken; None: it does not stand.

    Nobody consents for a person who was erased, however late the consent is heard of.
    """
    since = None
    if trajectory.erased:
        return None
    for each in trajectory.consents:
        since = (since or each.at) if each.granted else None
    return since


def _refusal_last(each: StreamConsent) -> tuple[datetime, bool, str]:
    return each.at, not each.granted, each.id


def _given(each: Dose) -> tuple[datetime, int, str]:
    return each.at, each.number, each.encounter_id


def _attended(each: Integration) -> tuple[datetime, int, str]:
    return each.at, each.dose_number, each.encounter_id
