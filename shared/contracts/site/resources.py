"""What sites say of what can be booked: people, rooms, chairs, monitors, and the sites."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Between, Code, Items, OptionalId, Text, Zone

ResourceKind = Literal["room", "chair", "monitor", "prescriber", "nurse", "therapist", "sitter"]
Opens = Annotated[str, Text(5, r"([01][0-9]|2[0-3]):[0-5][0-9]")]
Closes = Annotated[str, Text(5, r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")]
Buffer = Annotated[int, Between(0, 120, "min")]


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Open from `opens` to `closes` wall-clock time in the resource's zone (weekday 0: Monday)."""

    weekday: Annotated[int, Between(0, 6)]
    opens: Opens
    closes: Closes


@dataclass(frozen=True, slots=True)
class RecurringHours:
    """Open from `opens` to `closes` on every day of an RFC 5545 rule that begins on `first`.

    `rule` is the value of an RRULE with a daily or longer frequency, such as
    `FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH`; UNTIL is a date.
    """

    first: date
    rule: Annotated[str, Text(200, r"[A-Z0-9=;,+-]+")]
    opens: Opens
    closes: Closes


@dataclass(frozen=True, slots=True)
class Closure:
    """Away or closed from `first` to `last`, both whole days on the wall."""

    first: date
    last: date
    reason: Code


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person holds beside the licence, such as `acls` or `kap-training`."""

    code: Code
    valid_until: date


Closures = Annotated[tuple[Closure, ...], Items(200)]
Weekly = Annotated[tuple[WeeklyHours, ...], Items(21)]
Recurring = Annotated[tuple[RecurringHours, ...], Items(50)]


@dataclass(frozen=True, slots=True)
class ResourceDeclared:
    """A person, room, chair or monitor of the clinic. Subject: the resource's id.

    It is there in its `hours` and its `recurring` hours, but for its `absences`, and where its
    `site` is declared, only while that is open. `also`: what else a person may be booked as.
    `practitioner`: whose licence it is (intake's id; empty: the resource's own). `room`: where a
    chair or monitor stands for good. `places`: how many doses at once a room takes. Buffers keep
    it free before and after each session.
    """

    type: ClassVar[str] = "scheduling.resource.declared.v1"
    kind: ResourceKind
    zone: Zone
    hours: Weekly
    active: bool = True
    site: OptionalId = ""
    also: Annotated[tuple[ResourceKind, ...], Items(3)] = ()
    practitioner: OptionalId = ""
    recurring: Recurring = ()
    absences: Closures = ()
    certificates: Annotated[tuple[Certificate, ...], Items(20)] = ()
    buffer_before_min: Buffer = 0
    buffer_after_min: Buffer = 0
    room: OptionalId = ""
    places: Annotated[int, Between(1, 20)] = 1


@dataclass(frozen=True, slots=True)
class SiteDeclared:
    """A place of the clinic, and when it is open. Subject: the site's id."""

    type: ClassVar[str] = "scheduling.site.declared.v1"
    zone: Zone
    hours: Weekly
    recurring: Recurring = ()
    closures: Closures = ()
