"""What holds after every step of a calendar's life, whatever was said: each yields its witnesses.

They are written from the rules of the clinical reference, not from the code that keeps them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from services.scheduling.domain.course.course import Appointment, Course
from shared.codec import strict_json
from shared.storage.journal import records_of
from tests.kit.calendar.overlap import swept
from tests.kit.calendar.world import POLICY, World

TAKES_TIME = frozenset({"booked", "proposed", "fulfilled"})
STANDS = frozenset({"booked", "proposed"})
TOLD_STATUS = {
    "appointment-booked": "booked",
    "appointment-proposed": "proposed",
    "appointment-held": "pending",
    "appointment-restored": "booked",
    "appointment-cancelled": "cancelled",
    "appointment-missed": "noshow",
}
DAY_MIN = 24 * 60
Invariant = Callable[[World], Iterator[str]]


def broken(world: World) -> list[str]:
    return [f"{each.__name__}: {witness}" for each in INVARIANTS for witness in each(world)]


def nothing_overlaps(world: World) -> Iterator[str]:
    return (str(each) for each in swept(world.days(), world.clinic))


def days_hold_what_appointments_claim(world: World) -> Iterator[str]:
    """Claim by claim and day by day, what spans midnight in two parts. A group claims its own."""
    claiming = [each.claims for each in world.appointments() if each.status in TAKES_TIME]
    claiming += [each.claims for each in world.groups() if each.status == "open"]
    claimed = Counter(
        part
        for claims in claiming
        for claim in claims
        for part in _parts(claim.appointment_id, claim.resource, claim.start, claim.end)
    )
    held = Counter(
        (claim.appointment_id, claim.resource, claim.start, claim.end)
        for day in world.days()
        for claim in day.claims
    )
    yield from (f"claimed, not held: {each}" for each in claimed - held)
    yield from (f"held, not claimed: {each}" for each in held - claimed)


def lines_are_the_appointments(world: World) -> Iterator[str]:
    lines = {each.appointment_id: each for each in world.lines()}
    for course in world.courses():
        for each in course.appointments:
            line = lines.pop(each.id, None)
            seen = line and (line.patient_id, line.status, line.start, line.end, line.resources)
            true = (course.patient_id, each.status, each.start, each.end, each.resources)
            if seen != true:
                yield f"{seen} is not {true}"
    yield from (f"a line without an appointment: {each}" for each in lines)


def sessions_stand_once_and_in_order(world: World) -> Iterator[str]:
    """SCH-2: preparation, then dosing and its integration in turn."""
    for course in _settled(world):
        kept = [each for each in course.appointments if each.status in {*STANDS, "pending"}]
        twice = [name for name, count in Counter(each.name for each in kept).items() if count > 1]
        yield from (f"{course.id}: {name} stands twice" for name in twice)
        standing = sorted((each for each in kept if each.status in STANDS), key=_place)
        for earlier, later in pairwise(standing):
            if later.start < earlier.end and later.start > world.now:
                yield f"{course.id}: {later.name} {later.start} before {earlier.name} ends"


def doses_keep_their_distance(world: World) -> Iterator[str]:
    """SCH-4, SCH-9: also from doses of an earlier course."""
    for course in _settled(world):
        gap = timedelta(hours=max(course.protocol.dose_gap_h, POLICY["dose.min_gap_h"]))
        doses = sorted(_doses(world, course.patient_id), key=lambda each: each[0].start)
        for (earlier, _), (later, of) in pairwise(doses):
            ahead = of == course.id and later.status in STANDS and later.start > world.now
            if ahead and later.start - earlier.start < gap:
                yield f"{course.id}: {later.name} {later.start} too soon after {earlier.start}"


def integration_is_in_its_window(world: World) -> Iterator[str]:
    """SCH-3, while the dose is to come: after one that was given, late is better than never."""
    least = timedelta(hours=POLICY["integration.window_from_h"])
    most = timedelta(hours=POLICY["integration.window_to_h"])
    for course in _settled(world):
        ahead = [each for each in course.appointments
                 if each.status in STANDS and each.start > world.now]  # fmt: skip
        doses = {each.number: each for each in ahead if each.session == "dosing"}
        for each in ahead:
            dose = doses.get(each.number) if each.session == "integration" else None
            if dose and not least <= each.start - dose.end <= most:
                yield f"{course.id}: {each.name} {each.start} after a dose until {dose.end}"


def doses_start_while_cleared(world: World) -> Iterator[str]:
    """SCH-1: clearance and consent are valid when a dose starts."""
    standings = {each.patient_id: each for each in world.standings()}
    for course in _active(world):
        standing = standings[course.patient_id]
        for each in _standing_doses(course, world.now):
            if standing.doses_until and each.start > standing.doses_until:
                yield f"{course.id}: {each.name} {each.start} after {standing.doses_until}"


def no_dose_stands_on_hold(world: World) -> Iterator[str]:
    """SCH-8. What has begun is not held any more."""
    standings = {each.patient_id: each for each in world.standings()}
    for course in world.courses():
        reasons = standings[course.patient_id].reasons
        if reasons and course.ended != "completed":
            yield from (f"{each.name} stands on hold for {reasons}: {each.start}, now {world.now}"
                        for each in _standing_doses(course, world.now))  # fmt: skip


def a_person_has_one_active_course(world: World) -> Iterator[str]:
    """SCH-9."""
    active = Counter(each.patient_id for each in _active(world))
    yield from (f"{name} has {count}" for name, count in active.items() if count > 1)


def what_is_told_replays_to_what_is_kept(world: World) -> Iterator[str]:
    """Gap-free by source, and enough to know every appointment from it."""
    numbers: defaultdict[str, int] = defaultdict(int)
    seen: dict[str, dict[str, Any]] = {}
    for document in world.journal():
        for record in records_of(document):
            headers = {name: value.decode() for name, value in record.headers}
            source, number = headers["ce_source"], int(headers["ce_sequence"])
            if number != numbers[source] + 1:
                yield f"{source} goes from {numbers[source]} to {number}"
            numbers[source] = number
            _replay(headers["ce_type"].split(".")[-2], record.value, seen)
    yield from _unlike(seen, world)


def _replay(word: str, value: bytes | None, seen: dict[str, dict[str, Any]]) -> None:
    data = strict_json.loads(value or b"{}")
    name = data.get("appointment_id")
    if word in TOLD_STATUS:
        seen[name] = seen.get(name, {}) | data | {"status": TOLD_STATUS[word]}
    elif word == "appointment-moved":
        seen[name] = seen[name] | data


def _unlike(seen: dict[str, dict[str, Any]], world: World) -> Iterator[str]:
    """What was held is told by session-record, which may also know when it really ended."""
    for each in world.appointments():
        told = seen.pop(each.id, {"status": "untold", "start": "", "end": "", "resources": ()})
        status = told["status"] if each.status == "fulfilled" else each.status
        end = told["end"] if each.status == "fulfilled" else _text(each.end)
        kept = (status, _text(each.start), end, each.resources)
        heard = (told["status"], told["start"], told["end"], tuple(told["resources"]))
        if kept != heard:
            yield f"{each.name} {each.id} is {kept}, but was told as {heard}"
    yield from (f"told of {name}, which is not there" for name in seen)


def _text(moment: datetime) -> str:
    return str(strict_json.loads(strict_json.dumps(moment)))


def _active(world: World) -> Iterator[Course]:
    return (each for each in world.courses() if not each.ended)


def _settled(world: World) -> Iterator[Course]:
    """The active ones, but for those that are about to be replanned, those whose replanning found
    no place (the site was told), and those in which somebody answered for more than there is."""
    for course in _active(world):
        forced = any(each.overbooked for each in course.appointments)
        if not (course.replan_at or course.blocked or forced):
            yield course


def _standing_doses(course: Course, now: datetime) -> Iterator[Appointment]:
    return (each for each in course.appointments
            if each.session == "dosing" and each.status in STANDS and each.start > now)  # fmt: skip


def _doses(world: World, patient_id: str) -> list[tuple[Appointment, str]]:
    return [(each, course.id) for course in world.courses(patient_id)
            for each in course.appointments
            if each.session == "dosing" and each.status in TAKES_TIME]  # fmt: skip


def _place(each: Appointment) -> tuple[int, int]:
    """Where the session is in its course."""
    if each.session == "preparation":
        return (0, each.number)
    return (each.number, 1 if each.session == "dosing" else 2)


def _parts(name: str, resource: str, start: int, end: int) -> Iterator[tuple[str, str, int, int]]:
    while start < end:
        midnight = (start // DAY_MIN + 1) * DAY_MIN
        yield name, resource, start, min(end, midnight)
        start = midnight


INVARIANTS: tuple[Invariant, ...] = (
    nothing_overlaps,
    days_hold_what_appointments_claim,
    lines_are_the_appointments,
    sessions_stand_once_and_in_order,
    doses_keep_their_distance,
    integration_is_in_its_window,
    doses_start_while_cleared,
    no_dose_stands_on_hold,
    a_person_has_one_active_course,
    what_is_told_replays_to_what_is_kept,
)
