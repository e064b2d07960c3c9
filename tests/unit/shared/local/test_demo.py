"""The demo's story: the same every time, true to the contracts and to the published outcomes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from statistics import mean, stdev

import pytest

from services.intake.domain import consent
from services.intake.domain.evidence import conditions
from shared.client.site import EVENTS_MAX
from shared.codec import schema, strict_json
from shared.contracts import site
from shared.contracts.instruments import INSTRUMENTS, triage
from shared.local.demo import admission, assessments, turns
from shared.local.demo.answers import HIGH_RISK
from shared.local.demo.clinics import CLINICS, Clinic, opening
from shared.local.demo.door import batches
from shared.local.demo.people import DOSES, PROTOCOLS, Person, cohort
from shared.local.demo.room import sessions
from shared.local.demo.story import Happening
from shared.local.services import POLICY
from shared.runtime.policy_file import load
from shared.storage.steps import Verdict
from tests.kit.demo.told import SEED, TEMPLATES, TODAY, UNTIL, a_course
from tests.kit.intake import Intake, posted


def story(clinic: Clinic, seed: int = SEED) -> Iterator[Happening]:
    yield from opening(clinic, UNTIL - timedelta(days=260))
    for person in cohort(clinic, seed, TODAY):
        yield from admission.admission(person, UNTIL)
        if person.is_dosed:
            attended = sessions.took_place(person, a_course(person), UNTIL)
            for each in attended:
                yield from sessions.encounter(person, each, attended)
            yield from assessments.during(person, attended)
            yield from assessments.afterwards(person, attended, UNTIL)


def taken(service: Intake, person: Person, each: Happening) -> Verdict:
    """Intake's word on it, asked as the feed does."""
    clinic = person.clinic.name
    (verdict,) = service.take(posted(each.data, each.time, each.event_id, person.id, clinic))
    return verdict


@pytest.fixture(scope="module")
def harbor() -> list[Happening]:
    return list(story(CLINICS[1]))


def test_the_same_seed_tells_the_same_story(harbor: list[Happening]) -> None:
    again = list(story(CLINICS[1]))

    assert again == harbor
    assert [each.event_id for each in again] == [each.event_id for each in harbor]


def test_another_seed_tells_another_story(harbor: list[Happening]) -> None:
    assert list(story(CLINICS[1], seed=SEED + 1)) != harbor


def test_every_event_keeps_its_contract_and_has_an_id_of_its_own(harbor: list[Happening]) -> None:
    for each in harbor:
        content = strict_json.loads(strict_json.dumps(each.data))
        assert schema.load(type(each.data), content, closed=True) == each.data
    assert len({each.event_id for each in harbor}) == len(harbor)


def test_nothing_happens_in_the_future_or_before_the_clinic_opened(
    harbor: list[Happening],
) -> None:
    assert all(UNTIL - timedelta(days=260) <= each.time < UNTIL for each in harbor)


def test_totals_are_what_the_answers_come_to(harbor: list[Happening]) -> None:
    checked = 0
    for each in harbor:
        if isinstance(each.data, site.ScreeningAnswered | site.AssessmentAnswered):
            instrument = INSTRUMENTS[each.data.instrument]
            assert not instrument.faults(each.data.answers)
            assert each.data.total in (None, instrument.total(each.data.answers))
            checked += each.data.total is not None
    assert checked > 500


def test_nobody_has_a_name_that_could_be_real(harbor: list[Happening]) -> None:
    for each in harbor:
        if isinstance(each.data, site.ReferralReceived):
            assert each.data.given_name.removeprefix("Given-").isdigit()
            assert each.data.family_name.removeprefix("Family-").isdigit()


@pytest.mark.parametrize("clinic", CLINICS, ids=lambda each: each.name)
def test_two_indications_of_each_clinic_have_enough_patients_to_be_shown(clinic: Clinic) -> None:
    dosed = Counter(each.indication for each in cohort(clinic, SEED, TODAY) if each.is_dosed)

    assert min(count for _, count in dosed.most_common(2)) >= 11


@pytest.mark.parametrize("clinic", CLINICS, ids=lambda each: each.name)
def test_every_kind_of_fate_is_met(clinic: Clinic) -> None:
    fates = {each.fate for each in cohort(clinic, SEED, TODAY)}

    assert {"treated", "withdraws", "recovers", "at-risk", "adverse", "lost", "new"} < fates
    assert {"serious", "moves", "skips", "unwatched", "corrected"} < fates


def test_checklist_and_consent_ask_what_intake_asks() -> None:
    assert set(admission.CONDITIONS) == set(conditions.BY_CODE)
    assert set(admission.ELEMENTS) == set(consent.ELEMENTS)


def test_intake_takes_all_that_is_told_and_clears_whom_it_should_and_nobody_else() -> None:
    service = Intake([each.name for each in CLINICS])
    for person in (each for clinic in CLINICS for each in cohort(clinic, SEED, TODAY)):
        for each in admission.admission(person, UNTIL):
            assert taken(service, person, each).is_taken
        if person.fate != "new":
            cleared = service.patient(person.id, person.clinic.name).clearance
            assert bool(cleared) == person.is_cleared, person.fate


def test_protocols_are_the_policys() -> None:
    for protocols in PROTOCOLS.values():
        for code, route in protocols:
            assert TEMPLATES[code].route == route
            assert TEMPLATES[code].doses == DOSES[code]


@pytest.mark.parametrize("clinic", CLINICS, ids=lambda each: each.name)
def test_nobody_comes_with_a_blood_pressure_at_which_the_clinic_gives_no_dose(
    clinic: Clinic,
) -> None:
    policy = load(POLICY).of(clinic.name)
    before = [
        each.data
        for each in story(clinic)
        if isinstance(each.data, site.ObservationRecorded) and each.data.weight_kg
    ]

    assert max(each.systolic for each in before) < policy["bp.predose_hold_systolic"]
    assert max(each.diastolic for each in before) < policy["bp.predose_hold_diastolic"]


def test_high_risk_answers_are_high() -> None:
    assert triage(HIGH_RISK) == "high"


def test_a_dose_that_was_not_given_is_not_integrated() -> None:
    person = next(each for each in cohort(CLINICS[0], SEED, TODAY) if each.fate == "treated")
    booked = [
        each for each in a_course(person) if (each.session, each.dose_number) != ("dosing", 2)
    ]

    came = sessions.took_place(person, booked, UNTIL)

    assert ("integration", 2) not in {(each.session, each.dose_number) for each in came}


def test_the_outcomes_are_within_the_published_ranges() -> None:
    """Clinical reference 4.1: response 45-65 %, remission 20-35 %, d 1 to 1.7."""
    responses, remissions, before, change = [], [], [], []
    for person in (each for clinic in CLINICS for each in cohort(clinic, SEED, TODAY)):
        scores = _scores(person)
        if len(scores) < 2:
            continue
        base, *after = scores
        responses.append(any(2 * each <= base for each in after))
        if person.indication != "ptsd":
            remissions.append(any(each < 5 for each in after))
            before.append(base)
            change.append(base - after[-1])

    assert 0.45 <= mean(responses) <= 0.65
    assert 0.20 <= mean(remissions) <= 0.35
    assert 1.0 <= mean(change) / stdev(before) <= 1.7


def _scores(person: Person) -> list[float]:
    """On the instrument that the indication is measured by, from the baseline on."""
    code = "pcl-5" if person.indication == "ptsd" else "phq-9"
    attended = sessions.took_place(person, a_course(person), UNTIL) if person.is_dosed else []
    told = assessments.during(person, attended)
    told += assessments.afterwards(person, attended, UNTIL)
    found = (INSTRUMENTS[code].total(each.data.answers) for each in told if _is(each, code))
    return [each for each in found if each is not None]


def _is(happening: Happening, code: str) -> bool:
    return isinstance(happening.data, site.AssessmentAnswered) and happening.data.instrument == code


def test_intake_clears_who_moves_at_the_receiving_clinic() -> None:
    leaving = next(each for each in cohort(CLINICS[0], SEED, TODAY) if each.fate == "moves")
    service, there = Intake([each.name for each in CLINICS]), turns.moved(leaving)
    course = sessions.took_place(leaving, a_course(leaving), UNTIL)

    for each in (*admission.admission(leaving, UNTIL), *turns.offer(leaving, course)):
        assert taken(service, leaving, each).verdict == "accepted"
    for each in turns.arrival(there, leaving.clinic, course):
        assert taken(service, there, each).verdict == "accepted"

    assert service.patient(there.id, there.clinic.name).clearance
    assert not service.patient(leaving.id, leaving.clinic.name).clearance


def test_who_is_alike_is_one_person_or_two_as_a_human_decides() -> None:
    alike = {
        each.fate: each for clinic in CLINICS for each in cohort(clinic, SEED, TODAY) if each.alike
    }

    namesake, known = alike["namesake"], alike["known-elsewhere"]
    assert namesake.alike
    assert known.alike
    assert namesake.family_name == namesake.alike.family_name
    assert namesake.given_name != namesake.alike.given_name
    assert (known.family_name, known.given_name, known.born_on) == (
        known.alike.family_name,
        known.alike.given_name,
        known.alike.born_on,
    )


def test_few_records_stay_unsigned_few_forms_unsent_and_little_waste_untold() -> None:
    told = Counter(type(each.data).__name__ for clinic in CLINICS for each in story(clinic))
    ends = told["EncounterFinished"] + told["PatientDischarged"]
    forms = told["RemsAnswered"]

    assert 0 < ends - told["RecordSigned"] < 0.02 * ends
    assert 0 < forms - told["RemsSubmitted"] < 0.1 * forms


def test_a_serious_adverse_event_is_escalated_within_the_policys_hours(
    harbor: list[Happening],
) -> None:
    reported = [
        each
        for each in harbor
        if isinstance(each.data, site.AdverseEventReported) and each.data.serious
    ]
    escalated = {
        each.data.entry: each.time
        for each in harbor
        if isinstance(each.data, site.AdverseEventEscalated)
    }

    assert reported
    for each in reported:
        hours = load(POLICY).hours("sae.escalate_h")
        assert timedelta() < escalated[each.event_id] - each.time < hours


def test_no_batch_ends_in_the_middle_of_a_session(harbor: list[Happening]) -> None:
    told = sorted(harbor, key=lambda each: each.time)

    cut = list(batches(told))

    assert [each for batch in cut for each in batch] == told
    assert max(map(len, cut)) <= EVENTS_MAX
    for batch in cut:
        begun = Counter(_encounters(batch, site.EncounterArrived))
        ended = Counter(_encounters(batch, site.EncounterFinished, site.PatientDischarged))
        assert begun == ended


def _encounters(batch: Sequence[Happening], *kinds: type) -> list[str]:
    return [each.data.encounter_id for each in batch if type(each.data) in kinds]
