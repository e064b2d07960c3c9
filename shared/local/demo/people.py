"""The demo's patients: who they are, how ill, and what becomes of them. Nobody has a real name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count, cycle
from random import Random
from typing import Literal
from uuid import UUID

from shared.contracts.site import Indication, Route
from shared.local.demo.clinics import CHRONIC, CLINICS, EXISTENTIAL, PTSD, TRD, Clinic
from shared.local.demo.story import bell, dice, workday

Fate = Literal[
    "treated",
    "consents-late",  # the first request for a clearance is held, the second one granted
    "safe-again",  # a safety hold at screening, lifted before the clearance
    "recovers",  # a safety hold during the course, lifted a day later
    "at-risk",  # a safety hold during the course that stands
    "lost",  # stops coming and answering
    "withdraws",  # withdraws consent during the course
    "adverse",  # an adverse event of grade 3 ends the clearance
    "serious",  # a serious adverse event ends it, and is escalated
    "moves",  # is given over to the next clinic during the course
    "moved",  # the same patient there, cleared anew and treated on
    "skips",  # misses an integration; a prescriber answers for the next dose
    "unwatched",  # a reading is forgotten during a session, and the clock says so
    "corrected",  # a questionnaire was entered wrongly and is corrected before the clearance
    "namesake",  # looks like a patient of another clinic, and is somebody else
    "known-elsewhere",  # is a patient of another clinic already, who was never treated there
    "contraindicated",  # declined by a rule
    "declined",  # declined by the prescriber
    "hypertensive",  # held until the blood pressure is under control
    "unsafe",  # held: a high C-SSRS at screening
    "undecided",  # held: no consent yet
    "new",  # referred a few days ago
    "to-plan",  # cleared, and nothing is planned yet
    "decides",  # times are kept until the patient has decided
    "reschedules",  # an integration is moved by a day
    "misses",  # did not come to the first session
    "joins",  # integrates the first dose in a group
    "cancels",  # gives the first session up
    "waits",  # would rather be earlier, and is offered what was given up
    "urgent",  # is seen although the room and the therapist are taken
    "displaced",  # was to see a therapist who has fallen ill
]
NEVER_DOSED: tuple[Fate, ...] = (
    "contraindicated",
    "hypertensive",
    "declined",
    "unsafe",
    "undecided",
)
AT_THE_DESK: tuple[Fate, ...] = (
    *("to-plan", "decides", "reschedules", "misses", "joins"),
    *("cancels", "waits", "urgent", "displaced"),
)
"""Cleared lately, and not dosed yet: what their planning comes to."""
SPECIAL: dict[int, Fate] = {
    5: "withdraws",
    6: "lost",
    8: "serious",
    10: "adverse",
    12: "moves",
    15: "at-risk",
    17: "lost",
    18: "corrected",
    20: "recovers",
    22: "lost",
    23: "skips",
    25: "consents-late",
    27: "withdraws",
    28: "unwatched",
    30: "safe-again",
    33: "lost",
}
"""By place among the clinic's patients who are dosed."""
ALIKE: dict[str, tuple[int, Fate, Fate]] = {
    "harbor": (13, "namesake", "treated"),
    "summit": (13, "known-elsewhere", "undecided"),
}
"""By clinic the place and fate of who is alike to a patient of the first clinic, and that one's."""
TURN = 2
"""The dose after which things turn out otherwise for those to whom they do."""
WEEKS = 34
NEW = 2
REFERRED_D, AT_THE_DESK_SINCE_D = 9, 18
PROTOCOLS: dict[Indication, tuple[tuple[str, Route], ...]] = {
    TRD: (("esketamine-8", "esketamine"), ("iv-6", "iv")),
    CHRONIC: (("iv-6", "iv"), ("im-4", "im")),
    PTSD: (("im-4", "im"), ("sl-4", "sl")),
    EXISTENTIAL: (("sl-4", "sl"), ("im-4", "im")),
}
DOSES = {"esketamine-8": 8, "iv-6": 6, "im-4": 4, "sl-4": 4}
STOPPED: tuple[Fate, ...] = ("withdraws", "at-risk", "adverse", "serious", "moves")
"""Those who are given no dose after the turn at this clinic, and come no more."""
ANSWERS = (0.62, 0.95)
MISSES, MISSES_LAST = 0.25, 0.8
"""How often integrations are missed by those who are least engaged."""
IMPROVE_WELL = 0.6
"""The share of patients who improve well; the others improve a little."""


@dataclass(frozen=True, slots=True)
class Person:
    """`gain`: the share of their symptoms that goes in the end. `answers`: how often they do.

    `alike`: a patient of another clinic who has the same family name and birth date.
    The dice of a person are the same every day, only the `id` is not: each day's story is about
    other patients, who fare alike.
    """

    id: str
    key: str
    number: int
    clinic: Clinic
    indication: Indication
    fate: Fate
    protocol: str
    route: Route
    referred_on: date
    born_on: date
    weight_kg: float
    phq_9: float
    gad_7: float
    pcl_5: float
    item_9: int
    gain: float
    answers: float
    alike: "Person | None" = None

    @property
    def given_name(self) -> str:
        is_known = self.fate == "known-elsewhere" and self.alike
        return f"Given-{is_known.number if is_known else self.number:04}"

    @property
    def family_name(self) -> str:
        """Of each day's story its own."""
        return f"Family-{int((self.alike or self).id[:8], 16):010}"

    @property
    def is_dosed(self) -> bool:
        return self.is_cleared and self.fate not in AT_THE_DESK

    @property
    def is_cleared(self) -> bool:
        return self.fate != "new" and self.fate not in NEVER_DOSED

    @property
    def engagement(self) -> float:
        """From 0 to 1: who answers often also comes often, and fares better."""
        least, most = ANSWERS
        return (self.answers - least) / (most - least)

    @property
    def skips(self) -> bool:
        """Misses the integration at the turn."""
        slips = self.slips("integration", TURN, MISSES * (1 - self.engagement))
        return self.fate == "skips" or (self.fate == "treated" and slips)

    def comes_to_the_last(self) -> bool:
        """Integration, after which no dose is held back any more."""
        return not self.slips("integration", 0, MISSES_LAST * (1 - self.engagement))

    def dice(self, *purpose: object) -> Random:
        return dice(*purpose, self.key)

    def slips(self, what: str, number: int, rate: float) -> bool:
        """Whether something is forgotten of the dose of this number."""
        return self.dice("slip", what, number).random() < rate


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the clinic's list of patients."""

    id: str
    key: str
    number: int
    indication: Indication
    fate: Fate
    referred_on: date


def cohort(clinic: Clinic, seed: int, today: date) -> list[Person]:
    """The clinic's patients by date of referral: about eight months of them, up to today."""
    indications = _mixed(clinic)
    days = _days(len(indications), today)
    people = []
    fates = _fates(indications, clinic.name)
    for number, (indication, fate) in enumerate(zip(indications, fates, strict=True)):
        key = f"{seed} {clinic.name} {number}"
        throw = dice("person", key)
        patient_id = str(UUID(int=dice("id", today, key).getrandbits(128), version=4))
        referred_on = workday(days[number] + timedelta(days=throw.randrange(3)))
        place = _Place(patient_id, key, number + 1, indication, fate, referred_on)
        people.append(_person(clinic, place, throw))
    if clinic.name not in ALIKE:
        return people
    _, fate, other = ALIKE[clinic.name]
    first = next(one for one in cohort(CLINICS[0], seed, today) if one.fate == other)
    return [_like(one, first) if one.fate == fate else one for one in people]


def _like(person: Person, other: Person) -> Person:
    return replace(person, alike=other, born_on=other.born_on)


def _mixed(clinic: Clinic) -> list[Indication]:
    """Each indication evenly over time, and who is at the desk last."""
    places = [
        ((place + 0.5) / patients, indication)
        for indication, patients in clinic.mix
        for place in range(patients)
    ]
    return [indication for _, indication in sorted(places)] + [CHRONIC] * len(AT_THE_DESK)


def _person(clinic: Clinic, place: _Place, throw: Random) -> Person:
    protocol, route = throw.choice(PROTOCOLS[place.indication])
    depressed = place.indication in (TRD, CHRONIC)
    return Person(
        id=place.id,
        key=place.key,
        number=place.number,
        clinic=clinic,
        indication=place.indication,
        fate=place.fate,
        protocol=protocol,
        route=route,
        referred_on=place.referred_on,
        born_on=place.referred_on - timedelta(days=throw.randrange(20 * 366, 72 * 365)),
        weight_kg=round(bell(throw, 76, 14, 48, 130), 1),
        phq_9=bell(throw, 17.5, 5.5, 11, 25) if depressed else bell(throw, 15, 5.5, 6, 24),
        gad_7=bell(throw, 12, 4, 4, 20),
        pcl_5=bell(throw, 50, 10, 36, 74),
        item_9=throw.choices((0, 1, 2), (64, 31, 5))[0],
        gain=_gain(throw) + clinic.gain,
        answers=throw.uniform(*ANSWERS),
    )


def _gain(throw: Random) -> float:
    if throw.random() < IMPROVE_WELL:
        return bell(throw, 0.7, 0.12, 0.4, 0.97)
    return bell(throw, 0.17, 0.14, -0.15, 0.45)


def _fates(indications: Sequence[Indication], clinic: str) -> list[Fate]:
    """Of each indication, every fifth is never dosed; of the others, some have a fate of theirs."""
    fates: list[Fate] = []
    special = dict(SPECIAL)
    if clinic in ALIKE:
        place, fate, _ = ALIKE[clinic]
        special[place] = fate
    undosed, dosed = cycle(NEVER_DOSED), count()
    seen: Counter[Indication] = Counter()
    for indication in indications[: -NEW - len(AT_THE_DESK)]:
        is_dosed = seen[indication] % 5 != 3
        fates.append(special.get(next(dosed), "treated") if is_dosed else next(undosed))
        seen[indication] += 1
    new: list[Fate] = ["new"] * NEW
    return [*fates, *new, *AT_THE_DESK]


def _days(patients: int, today: date) -> list[date]:
    """Evenly from the first day of the story until shortly before today."""
    first, last = 7 * WEEKS, 21
    over = patients - len(AT_THE_DESK)
    ago = [round(first - place / over * (first - last)) for place in range(over - NEW)]
    ago += [REFERRED_D] * NEW + [AT_THE_DESK_SINCE_D] * len(AT_THE_DESK)
    return [today - timedelta(days=days) for days in ago]
