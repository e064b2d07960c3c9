"""Scheduling as a world of its own: one clinic over one store or two alike, its clock, its events.

Over two stores every step is taken by both, and both must answer and keep the same.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.scheduling.adapters.events import alarms, routes
from services.scheduling.application.documents import (
    APPOINTMENTS,
    COLLECTIONS,
    COURSES,
    DAYS,
    GROUPS,
    STANDINGS,
    AppointmentLine,
)
from services.scheduling.domain.clinic.groups import Group
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import Day
from shared.kernel.policy import CourseTemplate
from shared.messaging.clock import AlarmClock
from shared.storage.documents import Collection
from shared.storage.journal import JOURNAL
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import Step, Verdict
from shared.storage.store import Document, Store
from tests.kit import scheduling as kit

SHORT = (
    CourseTemplate("iv-2", "1", "iv", 1, 2, 72, 60, 150, 60),
    CourseTemplate("im-2", "1", "im", 1, 2, 96, 60, 180, 60),
)
"""Courses that a test lives through to their end."""
POLICY = replace(
    kit.POLICY, protocols=dict(kit.POLICY.protocols) | {each.code: each for each in SHORT}
)
ROUTES, ALARMS = routes(POLICY), alarms(POLICY)


class World:
    """`now` is the time of what is said next. The stores are empty, and ids count from one, so that
    a run repeats itself."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self.stores, self.now = stores, kit.NOW
        self.clinic = kit.CLINIC
        self._numbers = itertools.count(1)
        self._runners = [
            Runner("scheduling", each, lambda: self.now, str, lambda _attempt: None, _bug)
            for each in stores
        ]

    def posted(self, data: Any, subject: str) -> Step:
        return self._made(kit.posted, data, subject)

    def heard(self, data: Any, subject: str) -> Step:
        return self._made(kit.heard, data, subject)

    def take(self, step: Step) -> Verdict:
        verdict, *others = [each.run([step])[0] for each in self._runners]
        assert all(each == verdict for each in others), (verdict, others)
        return verdict

    def wait(self, by: timedelta) -> None:
        """Time passes, and the clock strikes for whoever wanted it."""
        self.now += by
        for runner in self._runners:
            clock = AlarmClock("scheduling", runner, ALARMS, lambda: self.now)
            while clock.sweep():
                pass

    def courses(self, patient_id: str = "") -> list[Course]:
        return self._all(COURSES, **({"patient_id": patient_id} if patient_id else {}))

    def course(self, patient_id: str) -> Course | None:
        """The one that has not ended, or the last one."""
        found = sorted(self.courses(patient_id), key=lambda each: (not each.ended, each.opened_at))
        return found[-1] if found else None

    def appointments(self) -> Iterator[Appointment]:
        return (each for course in self.courses() for each in course.appointments)

    def lines(self) -> list[AppointmentLine]:
        return self._all(APPOINTMENTS)

    def standings(self) -> list[Standing]:
        return self._all(STANDINGS)

    def days(self) -> list[Day]:
        return self._all(DAYS)

    def groups(self) -> list[Group]:
        return self._all(GROUPS)

    def group_start(self, group_id: str) -> datetime | None:
        return next((each.start for each in self.groups() if each.id == group_id), None)

    def journal(self) -> list[Document]:
        """What has told something, in the order in which it is told."""
        fields = {"unsent": True, "clinic": self.clinic}
        return self.stores[0].session().where(JOURNAL, fields, order="order")

    def differences(self) -> list[str]:
        """Documents that the two stores do not have alike."""
        first, *others = [self._documents(store) for store in self.stores]
        return [
            key
            for other in others
            for key in sorted(first.keys() | other.keys())
            if first.get(key) != other.get(key)
        ]

    def _documents(self, store: Store) -> dict[str, Document]:
        names = [JOURNAL, *(each.name for each in COLLECTIONS)]
        return {
            f"{name} {each['_id']}": each
            for name in names
            for each in store.session().where(name, {})
        }

    def _all(self, collection: Collection[Any], **equals: Any) -> list[Any]:
        found = Reads(self.stores[0], self.clinic).page(collection, **equals)
        return [each.aggregate for each in found]

    def _made(self, make: Any, data: Any, subject: str) -> Step:
        event_id = f"{self.clinic}-{next(self._numbers)}"
        step: Step = make(data, id=event_id, subject=subject, time=self.now, clinic=self.clinic)
        return replace(step, route=ROUTES[data.type])


def _bug(_step: Step, bug: Exception) -> str:
    raise AssertionError("a bug of ours") from bug
