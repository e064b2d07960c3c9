"""What no sequence of events may do: through the service, on the memory store (issue 4)."""

from datetime import datetime
from typing import Any

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.session_record.application.documents import ENCOUNTERS
from shared.contracts import intake, site
from shared.contracts.session_record import DoseAdministered, EncounterCompleted
from shared.storage.steps import Step
from tests.kit.session_record import (
    POLICY,
    PRESENT,
    SessionRecord,
    arrived,
    at,
    booked,
    cleared,
    consented,
    course_opened,
    credentialed,
    discharged,
    finished,
    given,
    heard,
    moved,
    observed,
    on_file,
    posted,
    preparation,
    registered,
    supplied,
)

HELD = (intake.CodedReason("c-ssrs-high", "high triage", "INT-8"),)


def journey() -> dict[str, Step]:
    """Everything that a first dose rests on, in the order of life, by name."""
    named = {f"licence of {each.practitioner}": credentialed(each.practitioner) for each in PRESENT}
    pregnancy, weight, escort = on_file()
    received, dispensed = supplied()
    return named | {
        "licence of nurse-2": credentialed("nurse-2"),
        "registered": registered(),
        "pregnancy test": pregnancy,
        "weight": weight,
        "escort": escort,
        "consent": consented(),
        "clearance": cleared(),
        "course": course_opened(),
        "preparation booked": booked("preparation", 0, days=-3),
        "dose booked": booked(),
        "prepared": preparation()[0],
        "preparation finished": finished("preparation", 0, days=-3),
        "arrival": arrived(),
        "vial": received,
        "dispensed": dispensed,
        "vital signs": observed(),
        "dose": given(),
    }


def disturbances() -> dict[str, Step]:
    """What must stop it, where it comes before the dose."""
    return {
        "consent withdrawn": heard(intake.ConsentRevoked("patient-request"), at(6)),
        "clearance revoked": heard(intake.ClearanceWithdrawn("clearance-1", HELD), at(6)),
        "held": heard(intake.SafetyHoldRaised(HELD), at(6)),
        "transferred": heard(intake.PatientTransferred("harbor"), at(6)),
        "abandoned": posted(site.EncounterAbandoned("e-dosing-1", "patient-request"), at(7)),
    }


NEEDED = tuple(name for name in journey() if name not in ("registered", "dose"))
"""Registration comes before all else that intake says of a patient: Kafka keeps the order."""
STOPPING = tuple(disturbances())


@st.composite
def disturbed(draw: Any) -> list[str]:
    """The journey with something left out, something in the way, and some of it in disorder."""
    left_out = draw(st.sets(st.sampled_from(NEEDED), max_size=2))
    names = [each for each in journey() if each not in left_out]
    for name in draw(st.sets(st.sampled_from(STOPPING), max_size=1)):
        names.insert(draw(st.integers(0, len(names))), name)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(names) - 1))
        names.insert(draw(st.integers(0, len(names) - 1)), names.pop(place))
    return names


def lived(names: list[str]) -> tuple[SessionRecord, list[str]]:
    """The service, and what it accepted up to the dose or the end."""
    service, steps, accepted = SessionRecord(), journey() | disturbances(), []
    for name in names:
        (verdict,) = service.take(steps[name])
        if verdict.verdict == "accepted":
            accepted.append(name)
    return service, accepted


def is_dosed(service: SessionRecord) -> bool:
    return DoseAdministered.type in [kind for kind, _ in service.said()]


def test_the_undisturbed_journey_reaches_its_dose() -> None:
    service, accepted = lived(list(journey()))

    assert is_dosed(service)
    assert accepted == list(journey())


def stands(stopping: str, past: list[str]) -> bool:
    """Intake speaks in order: what ended before it began was another one."""
    began = {"consent withdrawn": "consent", "clearance revoked": "clearance"}.get(stopping)
    return began is None or past.index(began) < past.index(stopping)


@settings(max_examples=150, deadline=None)
@drawn(disturbed())
def test_no_sequence_reaches_a_dose_without_clearance_consent_and_readiness(
    names: list[str],
) -> None:
    service, accepted = lived(names)

    if is_dosed(service):
        past = accepted[: accepted.index("dose")]
        assert set(NEEDED) <= set(past)
        assert not [each for each in past if each in STOPPING and stands(each, past)]


def reading(minute: float, systolic: int, device: str, **what: Any) -> Step:
    data = site.ObservationRecorded("e-dosing-1", systolic, 80, 70, 98, device=device, **what)
    return posted(data, at(minute))


def measured(minute: float, measure: Any, value: float) -> Step:
    unit = {"systolic": "mm[Hg]", "oxygen-saturation": "%", "body-weight": "kg"}[measure]
    data = site.DeviceMeasurementRecorded("e-dosing-1", "monitor-1", measure, value, unit)
    return posted(data, at(minute))


def readings() -> list[Step]:
    """Of a person and of a device; two of them say the same, three are alarms."""
    return [
        reading(20, 185, "monitor-1"),
        measured(20, "systolic", 185.0),
        measured(21, "oxygen-saturation", 88.0),
        reading(20, 170, ""),
        reading(25, 130, "", weight_kg=80.5, symptoms=("dyspnoea", "chest-pain")),
        measured(22, "body-weight", 80.0),
    ]


@settings(max_examples=60, deadline=None)
@drawn(st.permutations(range(6)), st.booleans())
def test_any_order_of_the_same_device_readings_ends_in_the_same_record(
    order: list[int], twice: bool
) -> None:
    usual, other = SessionRecord(), SessionRecord()
    before = [step for name, step in journey().items() if name != "vital signs"]
    steps = readings()
    for service, chosen in ((usual, range(6)), (other, order)):
        service.take(*before)
        verdicts = service.take(*(steps[each] for each in chosen))
        assert {each.verdict for each in verdicts} == {"accepted"}, verdicts
    if twice:
        other.take(*(readings()[each] for each in order))

    assert said(usual) == said(other)
    assert alarms(usual) == alarms(other)
    assert len(alarms(usual)) == len(set(alarms(usual))) == 5


def said(service: SessionRecord) -> list[dict[str, Any]]:
    """The encounters, without by whose event each reading can be corrected."""
    states = service.states(ENCOUNTERS)
    return [
        state | {"readings": [{**each, "events": ()} for each in state["readings"]]}
        for state in states
    ]


def alarms(service: SessionRecord) -> list[tuple[Any, ...]]:
    said = [data for kind, data in service.said() if kind.endswith("vitals-alarm-raised.v1")]
    return sorted((each["measured_at"], each["rule"], each["value"]) for each in said)


@settings(max_examples=80, deadline=None)
@drawn(
    st.lists(st.integers(0, 150), max_size=12),
    st.lists(st.integers(0, 200), min_size=1, max_size=4),
)
def test_no_sequence_discharges_a_patient_before_the_least_stay(
    measured_at: list[int], leaves_at: list[int]
) -> None:
    service, _ = lived(list(journey()))
    steps = [observed(10 + minute) for minute in measured_at]
    steps += [discharged(10 + minute) for minute in leaves_at]
    service.take(*steps)

    ended = [data for kind, data in service.said() if kind == EncounterCompleted.type]
    dosing = [data for data in ended if data["session"] == "dosing"]
    for each in dosing:
        stayed = (datetime.fromisoformat(each["finished_at"]) - at(10)).total_seconds() / 60
        assert stayed >= POLICY["stay.iv_min"]


def test_a_patient_who_was_measured_and_stayed_is_discharged() -> None:
    service, _ = lived(list(journey()))

    verdicts = service.take(
        moved("wasted", 0.01, when=at(20)), *(observed(10 + m) for m in (40, 88)), discharged(100)
    )

    assert [each.verdict for each in verdicts] == ["rejected", *["accepted"] * 3]
