"""One of each of what the demo network has to show, found over HTTP, and where to look at it.

Nothing of the story is known here: what is not in the services is not shown. No names, only ids.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from rich.console import Console

from shared.client.calls import Calls
from shared.client.connection import Connection, connect
from shared.client.errors import ClientError
from shared.contracts.instruments import C_SSRS, triage
from shared.local.issuer.clients import CLINICS, SITE

TITLE = "One of each (README.md: `one <name>` reads it)"
FILE = "tour.json"


@dataclass(frozen=True, slots=True)
class Sight:
    """`path` is read at the service with the clinic's own token."""

    name: str
    what: str
    clinic: str
    patient_id: str
    service: str
    path: str


@dataclass
class Desk:
    """What one clinic may read."""

    clinic: str
    connection: Connection

    @cached_property
    def patients(self) -> list[Any]:
        return list(self.connection.items("intake", "patients"))

    def encounters(self) -> Iterator[Any]:
        """Read as far as anybody looks, and once."""
        yield from self._read
        for each in self._unread:
            self._read.append(each)
            yield each

    def __post_init__(self) -> None:
        self._read: list[Any] = []
        self._unread = self.connection.items("session-record", "encounters")

    @cached_property
    def appointments(self) -> list[Any]:
        return list(self.connection.items("scheduling", "appointments"))

    @cached_property
    def courses(self) -> list[Any]:
        return list(self.connection.items("scheduling", "courses"))

    def overdue(self) -> Iterator[Any]:
        return self.connection.items("session-record", "tasks", status="overdue")

    def of_patient(self, patient_id: str) -> Iterator[Any]:
        return self.connection.items("session-record", "encounters", patient_id=patient_id)

    def intake(self, patient_id: str, part: str) -> Any:
        return self.connection.get("intake", f"patients/{patient_id}/{part}")


Found = Iterator[tuple[str, str]]
"""(patient id, path) of whoever shows it."""


def see(network: Mapping[str, Any]) -> list[Sight]:
    """The first of each that a clinic shows. Raises ClientError."""
    calls = Calls()
    desks = [Desk(name, connect(network, f"{name}-{SITE}", calls)) for name in CLINICS]
    seen = (_first(name, kind, desks) for name, kind in SIGHTS.items())
    return [each for each in seen if each]


def show(network: Mapping[str, Any], home: Path, console: Console) -> None:
    """Finds, prints and keeps them; what cannot be read now is no reason to fail a start."""
    try:
        seen = see(network)
    except ClientError as error:
        console.print(f"Nothing to look at yet: {error}", style="yellow", markup=False)
        return
    urls = {name: place["url"] for name, place in network["services"].items()}
    kept = {each.name: asdict(each) | {"url": _url(each, urls)} for each in seen}
    (home / FILE).write_text(json.dumps(kept, indent=1))
    print_sights(seen, urls, console)


def print_kept(network: Mapping[str, Any], home: Path, console: Console) -> None:
    """What the last start has found."""
    if not (home / FILE).exists():
        return
    kept = json.loads((home / FILE).read_text())
    seen = [Sight(**{key: each[key] for key in Sight.__slots__}) for each in kept.values()]
    urls = {name: place["url"] for name, place in network["services"].items()}
    print_sights(seen, urls, console)


def print_sights(seen: Iterable[Sight], urls: Mapping[str, str], console: Console) -> None:
    console.print(f"\n{TITLE}", markup=False)
    for line in lines(seen, urls):
        console.print(line, markup=False)


def lines(seen: Iterable[Sight], urls: Mapping[str, str]) -> Iterator[str]:
    """By service; at most 100 characters each."""
    by_service = sorted(seen, key=attrgetter("service"))
    for service, those in groupby(by_service, key=attrgetter("service")):
        yield f"{service}: GET {urls[service]}/v1/..."
        for each in those:
            yield f"  {each.what:<21} {each.clinic:<9} {each.patient_id[:8]} {each.path}"


def _url(sight: Sight, urls: Mapping[str, str]) -> str:
    return f"{urls[sight.service]}/v1/{sight.path}"


@dataclass(frozen=True, slots=True)
class Kind:
    """`find` yields whoever shows it at one desk; it is told of all desks too."""

    what: str
    service: str
    find: Callable[[Desk, list[Desk]], Found]


def _first(name: str, kind: Kind, desks: list[Desk]) -> Sight | None:
    found = (
        Sight(name, kind.what, desk.clinic, patient_id, kind.service, path)
        for desk in desks
        for patient_id, path in kind.find(desk, desks)
    )
    return next(found, None)


def _holds(desk: Desk, _desks: list[Desk]) -> Found:
    """Held by the answers on file, no longer, and the end of the hold is on record."""
    for each in desk.patients:
        answers = {kept["instrument"]: kept["answers"] for kept in each["screenings"]}
        at_risk = C_SSRS.code in answers and triage(answers[C_SSRS.code]) == "high"
        if at_risk and not each["hold"] and _has_lift(desk.intake(each["patient_id"], "fhir")):
            yield _of_patient(each, "/fhir")


def _has_lift(bundle: Mapping[str, Any]) -> bool:
    resources = [each["resource"] for each in bundle["entry"]]
    return any(
        each["resourceType"] == "Flag" and each["status"] == "inactive" for each in resources
    )


def _duplicates(desk: Desk, _desks: list[Desk]) -> Found:
    for each in desk.patients:
        found = desk.intake(each["patient_id"], "duplicates")
        if any(candidate["decision"] for candidate in found["candidates"]):
            yield _of_patient(each, "/duplicates")


def _corrections(desk: Desk, _desks: list[Desk]) -> Found:
    for each in desk.patients:
        if any(kept["id"] != kept["root"] for kept in each["screenings"]):
            yield _of_patient(each)


def _withdrawals(desk: Desk, _desks: list[Desk]) -> Found:
    for each in desk.patients:
        if each["consent"] and each["consent"]["withdrawn_at"]:
            yield _of_patient(each)


def _transfers(desk: Desk, desks: list[Desk]) -> Found:
    """On file at two clinics; the one that ended the clearance gave the patient over."""
    others = {each["patient_id"] for other in desks if other is not desk for each in other.patients}
    for each in desk.patients:
        if each["patient_id"] in others and each["status"] == "revoked":
            yield _of_patient(each, "/clearance")


def _serious(desk: Desk, _desks: list[Desk]) -> Found:
    """It ends the clearance: no need to read every session."""
    ended = (each["patient_id"] for each in desk.patients if each["status"] == "revoked")
    for each in chain.from_iterable(map(desk.of_patient, ended)):
        if any(event["serious"] for event in each["adverse_events"]):
            yield _of_encounter(each)


def _overrides(desk: Desk, _desks: list[Desk]) -> Found:
    return (_of_encounter(each) for each in desk.encounters() if each["overrides"])


def _alarms(desk: Desk, _desks: list[Desk]) -> Found:
    return (_of_encounter(each) for each in desk.encounters() if each["alarms"])


def _misses(desk: Desk, _desks: list[Desk]) -> Found:
    """Those that stand: nobody had measured."""
    for each in desk.encounters():
        if any(not miss["resolved_at"] for miss in each["misses"]):
            yield _of_encounter(each)


def _forms(desk: Desk, _desks: list[Desk]) -> Found:
    overdue = (each for each in desk.overdue() if each["kind"] == "rems-form")
    return (_of_encounter(each, "/rems-form") for each in overdue)


def _to_plan(desk: Desk, _desks: list[Desk]) -> Found:
    """Cleared, and nothing is planned: what the solver would propose."""
    for each in desk.courses:
        if each["status"] == "active" and not each["appointments"]:
            yield each["patient_id"], f"courses/{each['course_id']}/plan"


def _kept(desk: Desk, _desks: list[Desk]) -> Found:
    """Time that is kept while the patient decides about the whole course."""
    for each in desk.courses:
        states = {one["status"] for one in each["appointments"]}
        if states == {"proposed"}:
            yield _of_course(each)


def _offers(desk: Desk, _desks: list[Desk]) -> Found:
    """Kept beside what is booked: who takes it gives the later time up."""
    for each in desk.courses:
        booked = {_session(one) for one in each["appointments"] if one["status"] == "booked"}
        offered = {_session(one) for one in each["appointments"] if one["status"] == "proposed"}
        if booked & offered:
            yield _of_course(each)


def _displaced(desk: Desk, _desks: list[Desk]) -> Found:
    for each in desk.courses:
        lost = [one for one in each["appointments"] if one["reason"] == "resource-unavailable"]
        if lost and any(one["status"] == "proposed" for one in each["appointments"]):
            yield _of_course(each)


def _on_hold(desk: Desk, _desks: list[Desk]) -> Found:
    return (_of_course(each) for each in desk.courses if "safety-hold" in each["held_by"])


def _overdue(desk: Desk, _desks: list[Desk]) -> Found:
    """A dose whose integration has not come at all."""
    for each in desk.courses:
        done = {_session(one) for one in each["appointments"] if one["status"] == "fulfilled"}
        if any(("integration", number) not in done for number in each["overdue"]):
            yield _of_course(each)


def _moves(desk: Desk, _desks: list[Desk]) -> Found:
    for each in desk.appointments:
        if each["status"] == "booked" and each["reason"] == "patient-request":
            yield _of_day(each)


def _no_shows(desk: Desk, _desks: list[Desk]) -> Found:
    return (_of_day(each) for each in desk.appointments if each["status"] == "noshow")


def _forced(desk: Desk, _desks: list[Desk]) -> Found:
    return (_of_day(each) for each in desk.appointments if each["overbooked"])


def _groups(desk: Desk, _desks: list[Desk]) -> Found:
    return (_of_day(each) for each in desk.appointments if each["group"])


def _feeds(desk: Desk, _desks: list[Desk]) -> Found:
    for each in desk.connection.items("scheduling", "feeds", owner="patient"):
        yield each["owner_id"], each["path"].removeprefix("/v1/")


def _session(each: Mapping[str, Any]) -> tuple[str, int]:
    return each["session"], each["dose_number"]


def _of_course(each: Mapping[str, Any]) -> tuple[str, str]:
    return each["patient_id"], f"courses/{each['course_id']}"


def _of_day(each: Mapping[str, Any]) -> tuple[str, str]:
    return each["patient_id"], f"appointments?patient_id={each['patient_id']}"


def _of_patient(each: Mapping[str, Any], part: str = "") -> tuple[str, str]:
    return each["patient_id"], f"patients/{each['patient_id']}{part}"


def _of_encounter(each: Mapping[str, Any], part: str = "") -> tuple[str, str]:
    return each["patient_id"], f"encounters/{each['encounter_id']}{part}"


PLANNING: Mapping[str, Kind] = {
    "to-plan": Kind("to be planned", "scheduling", _to_plan),
    "kept": Kind("kept for a decision", "scheduling", _kept),
    "on-hold": Kind("doses held", "scheduling", _on_hold),
    "overdue": Kind("integration overdue", "scheduling", _overdue),
    "displaced": Kind("displaced, replanned", "scheduling", _displaced),
    "moved": Kind("moved", "scheduling", _moves),
    "no-show": Kind("not kept", "scheduling", _no_shows),
    "forced": Kind("overbooked on purpose", "scheduling", _forced),
    "offer": Kind("offer from the list", "scheduling", _offers),
    "group": Kind("integrates in a group", "scheduling", _groups),
    "feed": Kind("calendar feed", "scheduling", _feeds),
}
SIGHTS: Mapping[str, Kind] = {
    "hold": Kind("safety hold, lifted", "intake", _holds),
    "duplicate": Kind("duplicate decided", "intake", _duplicates),
    "correction": Kind("correction", "intake", _corrections),
    "withdrawal": Kind("consent withdrawn", "intake", _withdrawals),
    "transfer": Kind("transfer", "intake", _transfers),
    **PLANNING,
    "override": Kind("override used", "session-record", _overrides),
    "alarm": Kind("vital-sign alarm", "session-record", _alarms),
    "missed": Kind("vital signs missed", "session-record", _misses),
    "serious": Kind("serious adverse event", "session-record", _serious),
    "form": Kind("REMS form overdue", "session-record", _forms),
}
"""By the name under which it is kept."""
