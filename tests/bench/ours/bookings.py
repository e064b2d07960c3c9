"""Fifty clients race for single sessions at one clinic, which has one, ten or a hundred beside it.

Over HTTP at the real api process; swept for overlaps after, and followed by its raw limit.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.application.documents import COURSES
from shared.runtime.clock import utc_now
from shared.storage.mongo import MongoStore
from tests.bench.measures import Run, Scale
from tests.bench.ours.booking_load import Booked, Job, race
from tests.bench.raw import occupancy
from tests.bench.raw.documents import Document
from tests.bench.stage import Stage, service
from tests.kit.calendar.load import CLOSES, OPENS, ZONE, clinic_roster, loaded_days, put
from tests.kit.calendar.overlap import sweep
from tests.kit.calendar.racing import Entry, run_all
from tests.kit.scheduling import cleared

API = "scheduling-api-1"
PHASES = ((1, "riverside"), (10, "harbor"), (100, "summit"))
"""How many clinics there are, and at which one it is raced."""
CLIENTS, LOAD, LOADED_D, WANTED_D = 50, 0.3, 90, 21
PATIENTS_A_SECOND = 70
HALF_HOUR = timedelta(minutes=30)


class Bookings:
    """The calendar of every clinic is that of a clinic of real size."""

    def __init__(self, stage: Stage, scale: Scale) -> None:
        self._stage, self._scale = stage, scale
        self._today = utc_now().date() + timedelta(days=1)
        self._roster = clinic_roster()
        self._clinics = 0
        self._store = MongoStore(stage.network.addresses["mongodb"]["scheduling"]["uri"])

    def measure(self) -> None:
        for clinics, clinic in PHASES:
            patients = self._prepare(clinics, clinic)
            self._stage.flush()
            booked = self._race(clinic, patients)
            self._note(f"bookings, {clinics}", booked)
            self._raw(f"raw bookings, {clinics}", clinic)
        found = sweep(self._store, *(clinic for _, clinic in PHASES))
        self._stage.found.values["overlaps"].append(len(found))
        assert not found, found[:3]
        self._store.close()

    def _prepare(self, clinics: int, clinic: str) -> tuple[str, ...]:
        """The other clinics are full; at this one, patients are cleared and nothing is booked."""
        for number in range(self._clinics, clinics - 1):
            full = loaded_days(self._today, self._scale.loaded_d, seed=number)
            put(self._store, f"clinic-{number}", self._roster, full)
        self._clinics = clinics - 1
        put(self._store, clinic, self._roster, loaded_days(self._today, LOADED_D, LOAD))
        count = round(self._scale.book_s * PATIENTS_A_SECOND)
        names = tuple(f"{clinic}-patient-{number}" for number in range(count))
        now = utc_now()
        known = cleared(
            first_dose_by=now + timedelta(days=90), valid_until=now + timedelta(days=120)
        )
        entries = [Entry(clinic, f"cleared-{name}", name, known, heard=True) for name in names]
        for start in range(0, count, 200):
            run_all(self._store, entries[start : start + 200])
        return names

    def _race(self, clinic: str, patients: tuple[str, ...]) -> Booked:
        client = f"{clinic}-main"
        job = Job(
            self._stage.url("scheduling"),
            self._stage.token(client),
            self._stage.source(client),
            patients,
            tuple(_starts(self._today)),
            CLIENTS,
            self._scale.book_s,
        )
        cpu_s = self._stage.cpu_s(API)
        booked: Booked = self._stage.apart(race, job)
        self._cpu_s = self._stage.cpu_s(API) - cpu_s
        return booked

    def _note(self, name: str, booked: Booked) -> None:
        """The rate is of accepted bookings; the latencies are of every answer."""
        run = Run(len(booked.accepted), booked.seconds, tuple(booked.latencies_ms), self._cpu_s)
        self._stage.found.add(name, replace(run, client_cpu_s=booked.client_cpu_s))
        for outcome, times in booked.outcomes.items():
            self._stage.found.values[f"outcome {outcome}"].append(times)
        stored = self._stage.database("scheduling")["journal"].count_documents(
            {"event_id": {"$in": booked.accepted}, "verdict": "accepted"}
        )
        assert stored == len(booked.accepted), "what was accepted is not in the store"

    def _raw(self, name: str, clinic: str) -> None:
        """The very same bookings, in the order of their courses."""
        found = self._stage.database("scheduling")[COURSES.name].find({"clinic": clinic})
        booked: list[Document] = [
            {"_id": each["id"], **each}
            for course in found
            for each in course["state"]["appointments"]
        ]
        uri = self._stage.raw_uri(service("scheduling"))
        self._stage.found.add(name, self._stage.apart(occupancy.bookings, uri, booked, CLIENTS))


def _starts(first: date) -> list[str]:
    """Every half hour of the weeks to come at which the clinic is open long enough."""
    zone, found = ZoneInfo(ZONE), []
    for number in range(WANTED_D):
        day = first + timedelta(days=number)
        if day.weekday() < 5:
            opens = datetime.combine(day, time(OPENS), zone)
            steps = range(2 * (CLOSES - OPENS) - 1)
            found += [(opens + step * HALF_HOUR).isoformat() for step in steps]
    return found
