"""One person, several clinics: one active course, and doses that count together (SCH-9)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.scheduling.application.documents import COURSES, PERSONS
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import course_id
from services.scheduling.domain.safety.history import Person
from shared.contracts import intake, site
from shared.storage.memory import MemoryStore
from shared.storage.reads import Reads
from shared.storage.steps import Verdict
from tests.kit.scheduling import CLINIC, NOW, PATIENT, Clinic, cleared, completed, dosed

HARBOR, ONE = "harbor", "person-1"
DAY = timedelta(days=1)
REQUEST = site.CourseBookingRequested(NOW)
REGISTERED = intake.PatientRegistered("treatment-resistant-depression", ONE)


class Elsewhere(Clinic):
    """Another clinic on the same store."""

    def say(self, data: Any, **envelope: Any) -> Verdict:
        where = {"clinic": HARBOR, "source": f"/clinics/{HARBOR}/sites/main"}
        return super().say(data, **where | envelope)

    def hear(self, data: Any, **envelope: Any) -> Verdict:
        return super().hear(data, **{"clinic": HARBOR} | envelope)

    @property
    def reads(self) -> Reads:
        return Reads(self.store, HARBOR)


def two_clinics() -> tuple[Clinic, Clinic]:
    """The same person is a patient of both; the first has a booked course."""
    store = MemoryStore()
    here, there = Clinic(store), Elsewhere(store)
    here.hear(REGISTERED)
    there.hear(REGISTERED)
    here.booked()
    there.staffed()
    return here, there


def person(clinic: Clinic, name: str = ONE) -> Person:
    found = clinic.reads.network_get(PERSONS, name)
    assert found
    return found.aggregate


def doses(course: Course) -> list[datetime]:
    found = (each for each in course.appointments if each.session == "dosing" and each.stands)
    return sorted(each.start for each in found)


def test_a_second_active_course_of_a_person_is_refused() -> None:
    _, there = two_clinics()

    verdict = there.hear(cleared())

    assert (verdict.verdict, verdict.code) == ("rejected", "course-elsewhere")
    assert there.reads.get(COURSES, course_id(PATIENT, 1)) is None


def test_who_is_another_person_has_a_course_of_their_own() -> None:
    _, there = two_clinics()
    there.hear(intake.PatientLinked("person-2"))

    assert there.hear(cleared()).verdict == "accepted"


@pytest.mark.parametrize(
    "ending",
    [
        intake.PatientTransferred(HARBOR),
        intake.ClearanceWithdrawn("clearance-1", ()),
    ],
    ids=["transferred", "clearance-revoked"],
)
def test_a_course_can_be_opened_when_the_other_clinic_has_ended_its_own(ending: object) -> None:
    here, there = two_clinics()
    here.hear(ending)

    assert there.hear(cleared()).verdict == "accepted"
    active = person(there).active
    assert active
    assert active.clinic == HARBOR


def test_a_clearance_that_ran_out_stands_against_no_other() -> None:
    _, there = two_clinics()
    there.now = NOW + 91 * DAY

    late = cleared(first_dose_by=there.now + 30 * DAY, valid_until=there.now + 90 * DAY)

    assert there.hear(late).verdict == "accepted"


def test_a_clearance_comes_too_late_when_the_other_clinic_has_a_course() -> None:
    here, there = two_clinics()
    here.hear(intake.ClearanceWithdrawn("clearance-1", ()))
    there.hear(cleared())

    verdict = here.hear(cleared(clearance_id="clearance-2"))

    assert (verdict.verdict, verdict.code) == ("rejected", "course-elsewhere")


def test_nothing_more_is_dosed_at_the_clinic_that_gave_the_patient_over() -> None:
    here, _ = two_clinics()
    for each in (completed(here, "preparation-1"), dosed(here, 1), completed(here, "dosing-1")):
        here.hear(each)
    here.now = here.course().dosed[0].at + timedelta(hours=3)

    here.hear(intake.PatientTransferred(HARBOR))

    standing = {each.name for each in here.course().appointments if each.stands}
    assert (here.course().status, standing) == ("revoked", {"integration-1"})


def test_doses_keep_their_distance_from_those_given_elsewhere() -> None:
    here, there = two_clinics()
    here.hear(dosed(here, 1))
    given = here.course().dosed[0].at
    here.now = there.now = given + timedelta(hours=3)
    here.hear(intake.PatientTransferred(HARBOR))
    there.hear(cleared())

    assert there.say(site.CourseBookingRequested(there.now)).verdict == "accepted"

    assert doses(there.course())[0] >= given + timedelta(hours=72)


def test_the_doses_of_a_week_count_together_wherever_they_were_given() -> None:
    here, there = two_clinics()
    for number in (1, 2):
        here.hear(dosed(here, number))
    given = [each.at for each in here.course().dosed]
    here.now = there.now = given[-1] + timedelta(hours=3)
    here.hear(intake.PatientTransferred(HARBOR))
    there.hear(cleared())
    there.say(site.CoursePersonalised("dr-1", "faster", dose_gap_h=48))

    there.say(site.CourseBookingRequested(there.now))

    every = sorted(given + doses(there.course()))
    assert max(sum(one <= each < one + 7 * DAY for each in every) for one in every) == 3


def test_a_course_waits_for_a_dose_that_is_booked_elsewhere() -> None:
    """Such as one that a clinic still has to call off."""
    here, there = two_clinics()
    there.hear(intake.PatientLinked("person-2"))
    there.hear(cleared())

    there.hear(intake.PatientLinked(ONE))
    there.say(REQUEST)

    assert doses(there.course())[0] >= doses(here.course())[-1] + timedelta(hours=72)


def test_the_doses_of_a_patient_who_is_linked_follow_to_the_person() -> None:
    here, there = two_clinics()
    assert len(person(here).doses) == 6

    here.hear(intake.PatientLinked("person-3"))

    assert person(there).doses == ()
    assert len(person(here, "person-3").doses) == 6


def test_a_person_is_touched_only_where_others_must_count_anew() -> None:
    here, _ = two_clinics()
    key = PERSONS.key(CLINIC, ONE)
    before = here.store.collections[PERSONS.name][key]["version"]

    here.hear(completed(here, "preparation-1"))
    here.hear(intake.SafetyHoldRaised(()))
    held = here.store.collections[PERSONS.name][key]["version"]
    here.hear(completed(here, "integration-1"))

    assert (held, here.store.collections[PERSONS.name][key]["version"]) == (before + 1, before + 1)
