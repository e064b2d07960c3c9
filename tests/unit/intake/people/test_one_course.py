"""SCH-9 as a property: no order of events gives one person two clearances that run at once."""

from copy import deepcopy
from functools import cache
from itertools import combinations
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.intake.application.documents import IDENTITIES, PATIENTS, PERSONS
from services.intake.domain.people.person import Person
from shared.contracts import site
from shared.storage.reads import Reads
from tests.kit.clinical.said import (
    on_day,
)
from tests.kit.intake import (
    Intake,
    everything_on_file,
    grant,
    posted,
)

CLINICS = ("riverside", "harbor")
IDS = (("riverside", "first"), ("harbor", "second"), ("harbor", "third"))


def decided(candidate: str, decision: Any) -> site.DuplicateDecided:
    return site.DuplicateDecided(candidate, decision, "coordinator-1", "papers-seen")


GRANT = grant()
DECISIONS = tuple(
    decided(candidate, decision)
    for candidate in ("first", "second", "third")
    for decision in ("same-person", "same-person", "different-people")
)
OTHERS: tuple[Any, ...] = (
    grant(decision="decline"),
    site.ClearanceRevoked("prescriber-1", "other"),
    site.ConsentWithdrawn("patient-request"),
    site.TransferOffered("harbor", "patient-moves"),
    site.TransferOffered("riverside", "patient-moves"),
    site.TransferAccepted("riverside"),
    site.TransferAccepted("harbor"),
    site.TransferWithdrawn("patient-stays"),
    site.IdentityErased("medical-director-1", "patient-request"),
)
days = st.one_of(st.integers(1, 20), st.sampled_from((30, 95, 130)))
happenings = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.one_of(st.just(GRANT), st.sampled_from(DECISIONS), st.sampled_from(OTHERS)),
        days,
    ),
    min_size=3,
    max_size=16,
)
first_words = st.tuples(*[st.sampled_from(("", "same-person", "different-people"))] * 3)


@cache
def everybody_on_file() -> Intake:
    intake = Intake(CLINICS)
    for clinic, patient in IDS:
        intake.take(*everything_on_file(patient, clinic))
    return intake


def three_on_file(words: tuple[str, ...]) -> Intake:
    """Three patients who are alike, and what was decided of them on the first day."""
    intake = Intake(())
    intake.store.collections.update(deepcopy(everybody_on_file().store.collections))
    pairs = (("second", "first"), ("third", "first"), ("third", "second"))
    for (patient, candidate), word in zip(pairs, words, strict=True):
        if word:
            step = posted(decided(candidate, word), on_day(0), patient=patient, clinic="harbor")
            intake.take(step)
    return intake


def person_now(intake: Intake, person_id: str) -> str:
    found = intake.reads.network_get(PERSONS, person_id)
    assert found
    person: Person = found.aggregate
    return person_now(intake, person.merged_into) if person.merged_into else person.id


Running = tuple[str, Any, Any]
"""(patient, from, until) of a clearance."""


def running(intake: Intake) -> list[tuple[str, Running]]:
    """Every clearance that nobody ended, with the person it is of."""
    found = []
    for clinic in CLINICS:
        reads = Reads(intake.store, clinic)
        for each in reads.page(PATIENTS):
            patient, clearance = each.aggregate, each.aggregate.clearance
            identity = reads.get(IDENTITIES, patient.id)
            if identity and clearance:
                person = person_now(intake, identity.aggregate.person_id)
                times = (clearance.decided_at, clearance.valid_until)
                found.append((person, (f"{clinic}/{patient.id}", *times)))
    return found


def at_once(intake: Intake) -> set[tuple[Running, Running]]:
    """Every two clearances of one person that run, or ran, at the same time."""
    return {
        (one, other)
        for (person, one), (same, other) in combinations(running(intake), 2)
        if person == same and one[1] <= other[2] and other[1] <= one[2]
    }


def is_history(pair: tuple[Running, Running], data: Any, day: int) -> bool:
    """That they were one person was found out when one of the clearances was over already."""
    found_out = isinstance(data, site.DuplicateDecided) and data.decision == "same-person"
    return found_out and on_day(day) > min(until for _, _, until in pair)


@given(first_words, happenings)
@settings(max_examples=80, deadline=None)
@example(
    ("", "different-people", "different-people"),
    [
        (("riverside", "first"), GRANT, 1),
        (("harbor", "third"), GRANT, 1),
        (("harbor", "third"), decided("first", "same-person"), 95),
    ],
)
def test_one_person_never_has_two_running_clearances(
    words: tuple[str, ...], happened: list[Any]
) -> None:
    intake, history = three_on_file(words), set[tuple[Running, Running]]()

    for (clinic, patient), data, day in happened:
        intake.take(posted(data, on_day(day), patient=patient, clinic=clinic))
        fresh = at_once(intake) - history
        history |= {pair for pair in fresh if is_history(pair, data, day)}

        assert fresh <= history


def test_without_the_shared_course_there_would_be_two() -> None:
    """The search above can find what it looks for: different people may both be cleared."""
    intake = three_on_file(("different-people",) * 3)
    intake.take(*(posted(GRANT, on_day(3), patient=p, clinic=c) for c, p in IDS))

    assert len({person for person, _ in running(intake)}) == 3
