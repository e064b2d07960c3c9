"""What the demo's patients answer and when: enough for pictures, honest about who is lost."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import mean

import pytest

from shared.contracts import site
from shared.contracts.instruments import INSTRUMENTS, InstrumentCode
from shared.local.demo import answers, assessments
from shared.local.demo.clinics import CLINICS
from shared.local.demo.faring import scales, staying
from shared.local.demo.people import Person, cohort
from shared.local.demo.room import sessions
from shared.local.demo.story import Appointment, Happening, dice
from tests.kit.demo.told import SEED, TODAY, UNTIL, a_course

Course = Sequence[Appointment]
Told = Mapping[str, tuple[Person, Course, Sequence[Happening]]]
AFTER_1 = {"shaps-likert", "bhs"}


@pytest.fixture(scope="module")
def everybody() -> Told:
    return {each.id: (each, course, told) for each, course, told in _everybody()}


def _everybody() -> Iterator[tuple[Person, Course, Sequence[Happening]]]:
    for person in (each for clinic in CLINICS for each in cohort(clinic, SEED, TODAY)):
        if person.is_dosed:
            course = sessions.took_place(person, a_course(person), UNTIL)
            told = assessments.during(person, course)
            yield person, course, [*told, *assessments.afterwards(person, course, UNTIL)]


def _answered(told: Sequence[Happening], code: str) -> list[Happening]:
    return [
        each
        for each in told
        if isinstance(each.data, site.AssessmentAnswered) and each.data.instrument == code
    ]


def test_every_patient_who_begins_has_a_baseline_of_symptoms_and_of_strengths(
    everybody: Told,
) -> None:
    for _, course, told in everybody.values():
        doses = [each.start for each in course if each.session == "dosing"]
        if not doses:
            continue
        before = {each.data.instrument for each in told if each.time < doses[0]}
        assert before >= {"phq-9", "gad-7", "shaps-likert", "bhs", "who-5", "brs", "let"}


def test_the_day_after_a_dose_is_asked_about_by_scales_that_can_show_it(everybody: Told) -> None:
    asked = Counter(
        each.data.instrument
        for _, course, told in everybody.values()
        for each in told
        for dose in course
        if dose.session == "dosing" and dose.dose_number <= assessments.RELIEF_DOSES
        if isinstance(each.data, site.AssessmentAnswered)
        if timedelta(hours=12) <= each.time - dose.start <= timedelta(hours=36)
    )

    assert asked["shaps-likert"] > 100
    assert asked["bhs"] > 100
    assert asked["qids-sr16"] + asked["madrs"] > 80


def test_few_are_asked_about_a_fortnight_less_than_a_week_after_the_last_time(
    everybody: Told,
) -> None:
    asked = [
        sorted(each.time for each in _answered(told, "phq-9")) for _, _, told in everybody.values()
    ]
    gaps = [later - earlier for those in asked for earlier, later in pairwise(those)]
    too_soon = sum(each < timedelta(days=7) for each in gaps)

    assert 0 < too_soon < 0.1 * len(gaps)


def test_who_is_lost_stays_lost_and_most_are_in_the_end(everybody: Told) -> None:
    people = [person for person, _, _ in everybody.values()]
    share = [mean(staying.still_answers(each, days) for each in people) for days in staying.SHARES]

    assert share[0] > 0.6
    assert share[-1] < 0.45
    for person in people:
        lasting = [person.dice("stays").random() < each for each in staying.SHARES.values()]
        assert lasting == sorted(lasting, reverse=True)


def test_some_lose_again_what_they_gained_and_later_if_they_integrated(everybody: Told) -> None:
    whole: list[bool] = []
    part: list[bool] = []
    for person, course, _ in everybody.values():
        doses = sum(each.session == "dosing" for each in course)
        integrations = sum(each.session == "integration" for each in course)
        is_lost = staying.kept(person, course, 90) < 0.5
        (whole if integrations >= doses else part).append(is_lost)

    assert len(part) > 25
    assert 0.1 < mean(whole) < mean(part) < 0.9


@pytest.mark.parametrize("code", scales.SCALES)
def test_answers_come_to_the_score_that_was_meant(code: InstrumentCode) -> None:
    instrument = INSTRUMENTS[code]
    assert instrument.total_range
    least, most = instrument.total_range
    for place in range(1, 8):
        meant = least + (most - least) * place / 9
        given = answers.filled(code, meant, 0, dice("meant", code, place))
        found = instrument.total(given)
        assert not instrument.faults(given)
        if None not in given or code == "qids-sr16":
            assert found == pytest.approx(meant, abs=max(0.6, (most - least) / 50))


def test_of_each_kind_of_mistake_a_clinic_shows_one(everybody: Told) -> None:
    told = [each for _, _, those in everybody.values() for each in those]
    answered = [each for each in told if isinstance(each.data, site.AssessmentAnswered)]
    by_id = {each.event_id: each for each in answered}
    same = Counter(
        (each.subject, each.data.instrument, each.data.answers, each.time.replace(second=0))
        for each in answered
    )
    corrected = [each for each in answered if each.data.amends]
    retracted = [each for each in told if isinstance(each.data, site.AssessmentRetracted)]

    assert corrected
    assert retracted
    assert all(each.data.amends in by_id for each in (*corrected, *retracted))
    assert max(same.values()) == 2
