"""How many doses in how short a time, and which of them may be booked at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.scheduling.domain.course.booking import book_course
from services.scheduling.domain.planning.rules import WEEK, Link, Session, Terms, rule_links
from services.scheduling.domain.safety.commands import DecideMaintenance
from services.scheduling.domain.safety.personal import without_maintenance
from shared.contracts import outcomes, site
from shared.kernel.errors import Rejected
from tests.kit.scheduling import (
    NOW,
    PATIENT,
    POLICY,
    Clinic,
    a_booked_course,
    a_course,
    a_free_calendar,
    a_roster,
    booking,
    hours,
)

DOSES = tuple(Session("dosing", number, 150) for number in range(1, 5))
TERMS = Terms(0, 0, 0, 0, 0, 0, 0, 0)


def weekly(most: int, *earlier: int) -> list[Link]:
    terms = replace(TERMS, per_week_max=most, earlier_doses=earlier)
    return [link for rule, link in rule_links(DOSES, terms) if rule.code == "weekly-maximum"]


def test_the_dose_above_a_week_s_maximum_waits_a_week_for_the_first_of_them() -> None:
    assert weekly(2) == [Link(2, least=WEEK, earlier=0), Link(3, least=WEEK, earlier=1)]
    assert weekly(4) == []


def test_the_doses_of_an_earlier_course_or_another_clinic_count_in_the_week() -> None:
    assert weekly(3, 100, 200) == [
        Link(1, least=100 + WEEK),
        Link(2, least=200 + WEEK),
        Link(3, least=WEEK, earlier=0),
    ]
    assert weekly(2, 100, 200)[0] == Link(0, least=100 + WEEK)


def test_doses_beyond_the_induction_keep_the_distance_of_maintenance() -> None:
    terms = replace(TERMS, induction_doses=2, maintenance_gap=WEEK)

    found = [link for rule, link in rule_links(DOSES, terms) if rule.code == "maintenance-gap"]

    assert found == [Link(2, least=WEEK, earlier=1), Link(3, least=WEEK, earlier=2)]


def booked(**known: Any) -> list[int]:
    """The doses booked of a course of six with an induction of four."""
    standing, course = a_course()
    protocol = replace(course.protocol, induction_doses=4, maintenance_gap_h=168)
    course = replace(course, protocol=protocol)
    found = book_course(booking(), course, replace(standing, **known), a_free_calendar(), POLICY)
    return [each.number for each in found.appointments if each.session == "dosing"]


def test_without_a_word_on_maintenance_only_the_induction_is_booked() -> None:
    assert booked() == [1, 2, 3, 4]


@pytest.mark.parametrize("known", [{"benefits": ("phq-9",)}, {"maintenance": "continues"}])
def test_a_measured_benefit_or_the_prescriber_s_word_lets_maintenance_be_booked(
    known: dict[str, Any],
) -> None:
    assert booked(**known) == [1, 2, 3, 4, 5, 6]


def test_the_prescriber_s_no_stands_against_a_measured_benefit() -> None:
    assert booked(benefits=("phq-9",), maintenance="ends") == [1, 2, 3, 4]


def test_if_only_maintenance_is_left_the_refusal_says_what_is_undecided() -> None:
    standing, course = a_booked_course()
    late = {"dosing-5", "integration-5", "dosing-6", "integration-6"}
    course = replace(
        course,
        protocol=replace(course.protocol, induction_doses=4, maintenance_gap_h=168),
        appointments=tuple(each for each in course.appointments if each.name not in late),
    )

    with pytest.raises(Rejected) as refusal:
        book_course(booking(), course, standing, a_free_calendar(), POLICY)

    assert refusal.value.code == "maintenance-undecided"


@pytest.mark.parametrize(("enrolled", "code"), [(False, "not-enrolled"), (True, "no-capacity")])
def test_a_dose_of_esketamine_needs_the_patient_s_enrolment(enrolled: bool, code: str) -> None:
    """Then it is the site that is not certified."""
    standing, course = a_course(protocol="esketamine-8", route="esketamine")
    standing = replace(standing, enrolled=enrolled)

    with pytest.raises(Rejected) as refusal:
        book_course(booking(), course, standing, a_free_calendar(), POLICY)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("said", "benefits"),
    [
        ([(True, None)], ("phq-9",)),
        ([(False, True)], ("phq-9",)),
        ([(False, False)], ()),
        ([(True, True), (False, False)], ()),
        ([(True, True), (None, None)], ()),
    ],
)
def test_the_last_measure_counts_and_one_that_says_nothing_is_no_benefit(
    said: list[tuple[bool | None, bool | None]], benefits: tuple[str, ...]
) -> None:
    clinic = Clinic().cleared()

    for response, meaningful in said:
        judged = outcomes.ProgressJudged("a-1", "phq-9", 1, response, meaningful)
        assert clinic.hear(judged).verdict == "accepted"

    assert clinic.standing().benefits == benefits


def test_what_was_said_of_maintenance_was_said_of_one_course() -> None:
    clinic = Clinic().cleared()
    clinic.hear(outcomes.ProgressJudged("a-1", "phq-9", 1, True, None))
    clinic.say(site.MaintenanceDecided(True, "dr-1", "observed"))

    clinic.cleared(clearance_id="clearance-2", protocol="im-4", route="im")

    assert (clinic.standing().benefits, clinic.standing().maintenance) == ((), "")


def test_the_prescriber_s_no_calls_off_the_maintenance_that_is_booked() -> None:
    _, course = a_booked_course()
    course = replace(course, protocol=replace(course.protocol, induction_doses=4))

    ended = without_maintenance(DecideMaintenance("e", NOW, PATIENT, False), course)

    gone = {each.name for each in ended.appointments if each.status == "cancelled"}
    assert gone == {"dosing-5", "integration-5", "dosing-6", "integration-6"}


@pytest.mark.parametrize(
    ("indication", "preparations"),
    [("treatment-resistant-depression", 1), ("ptsd", 2), ("existential-distress", 2)],
)
def test_a_course_prepares_as_often_as_the_indication_needs(
    indication: str, preparations: int
) -> None:
    _, course = a_course(indication=indication)

    assert course.protocol.preparations == preparations


@pytest.mark.parametrize(("protocol", "most"), [("iv-6", 3), ("im-4", 2), ("sl-4", 2)])
def test_no_seven_days_of_a_booked_course_have_more_doses_than_the_route_allows(
    protocol: str, most: int
) -> None:
    standing, course = a_course(protocol=protocol, route=protocol[:2])
    course = replace(course, protocol=replace(course.protocol, dose_gap_h=48))
    roster = a_roster(hours=hours("08:00", "20:00", range(7)))

    found = book_course(booking(), course, standing, a_free_calendar(roster), POLICY)

    doses = [each.start for each in found.appointments if each.session == "dosing"]
    week = timedelta(days=7)
    assert max(sum(one <= each < one + week for each in doses) for one in doses) == most
