"""What is written about a session, what it was like, and who stands for it. Every word is invented.

Of a few sessions nobody signs the record, of a few the REMS form is never sent: people forget.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from shared.contracts import site
from shared.contracts.instruments import CADSS, EBI, INSTRUMENTS, MEQ30, InstrumentCode
from shared.contracts.site import Route
from shared.kernel.identifiers import derive
from shared.local.demo import answers, health
from shared.local.demo.people import DOSES, STOPPED, TURN, Person
from shared.local.demo.story import Appointment, Happening

UNSIGNED, UNSENT = 0.008, 0.03
CADSS_AT: dict[Route, int] = {"iv": 40, "im": 40, "sl": 60, "esketamine": 40}
ASKED_AGAIN = timedelta(days=14)
ASKED_AT = 92
"""Minutes after the dose (clinical reference 3.2); how it was, when it is nearly over."""
AFTER_DOSE: dict[int, tuple[InstrumentCode, float, float]] = {
    1: (MEQ30.code, 40, 110),
    2: (EBI.code, 120, 480),
}
"""Which questionnaire after which dose, and between which sums of its answers."""
THEMES = ("letting-go", "grief", "closeness", "childhood", "the-body", "forgiveness")
INSIGHTS = ("It can be put down.", "I was not alone in it.", "The door was never locked.")
BELIEFS = (
    ("I must hold everything together.", "Some of it holds by itself."),
    ("Rest has to be earned.", "Rest is allowed."),
    ("Nobody would come.", "One person came."),
)
GOALS = (
    ("call one friend", "a telephone call", "weekly"),
    ("walk before breakfast", "twenty minutes outside", "daily"),
    ("write down what comes", "a page in the evening", "daily"),
)
NOTES: dict[str, tuple[site.Section, str]] = {
    "preparation": ("session", "Demo note: intention and agreements talked through."),
    "dosing": ("observation", "Demo note: calm under observation, left with the escort."),
    "integration": ("session", "Demo note: the dose was gone over, practice agreed."),
}


def answered(
    person: Person, appointment: Appointment, encounter_id: str
) -> list[tuple[float, object]]:
    """(minutes after the dose, answers): the CADSS at its peak, and how the session was."""
    throw = person.dice("session answers", appointment.dose_number)
    told = [(CADSS_AT[person.route], _answers(encounter_id, CADSS.code, (2, 26), throw))]
    if asked := AFTER_DOSE.get(appointment.dose_number):
        code, least, most = asked
        told.append((ASKED_AT, _answers(encounter_id, code, (least, most), throw)))
    return [(float(minute), each) for minute, each in told]


def written(
    person: Person,
    appointment: Appointment,
    encounter_id: str,
    course: Sequence[Appointment],
    ended: datetime,
) -> list[Happening]:
    """Note, therapy and signature; after esketamine the REMS form too."""
    session, throw = appointment.session, person.dice("words", appointment.start)
    is_dosing = session == "dosing"
    section, text = NOTES[session]
    writer = "nurse-1" if is_dosing else "therapist-1"
    told: list[object] = [
        site.NoteWritten(encounter_id, writer, site.ChartNote(section, text)),
        site.TherapyDocumented(
            encounter_id, "therapist-1", _therapy(person, appointment, course, throw)
        ),
    ]
    is_rems = is_dosing and person.route == "esketamine"
    if is_rems:
        told.append(_rems(person, encounter_id))
    slip, number = f"{session} record", appointment.dose_number
    if not person.slips(slip, number, UNSIGNED):
        signer = "prescriber-1" if is_dosing else "therapist-1"
        told.append(site.RecordSigned(encounter_id, signer))
        if is_rems and not person.slips("form", number, UNSENT):
            told.append(site.RemsSubmitted(encounter_id, f"form-{encounter_id[:8]}"))
    return [
        Happening(person.id, ended + timedelta(minutes=place), each)
        for place, each in enumerate(told, start=1)
    ]


def _answers(
    encounter_id: str, code: InstrumentCode, between: tuple[float, float], throw: Random
) -> site.InstrumentAnswered:
    given = answers.filled(code, throw.uniform(*between), 0, throw)
    return site.InstrumentAnswered(encounter_id, code, given, INSTRUMENTS[code].total(given))


def _therapy(
    person: Person, appointment: Appointment, course: Sequence[Appointment], throw: Random
) -> site.Therapy:
    if appointment.session == "preparation":
        return site.Therapy(setting=_setting(throw))
    if appointment.session == "dosing":
        return site.Therapy(
            setting=_setting(throw),
            interventions=(
                site.Intervention(5, "silence"),
                site.Intervention(
                    throw.randrange(15, 35), throw.choice(("breathing", "grounding"))
                ),
            ),
            themes=tuple(throw.sample(THEMES, 2)),
            insights=(throw.choice(INSIGHTS),),
            passages=_passages(throw),
        )
    before, after = throw.choice(BELIEFS)
    firm = throw.randrange(55, 95)
    return site.Therapy(
        integrates=derive(_dose_of(appointment, course).id, "encounter"),
        themes=(throw.choice(THEMES),),
        beliefs=(site.ReframedBelief(before, after, firm, firm - throw.randrange(10, 50)),),
        goals=(_goal(person, appointment),),
    )


def _setting(throw: Random) -> site.SetAndSetting:
    return site.SetAndSetting(
        intention="to look at it once more",
        expectations="none in particular",
        mood=throw.choice(("calm", "hopeful", "tense")),
        room="room-1",
        music=throw.choice(("ambient", "piano", "none")),
        eyeshades=throw.random() < 0.8,
        touch=throw.choice(("none", "hands-and-shoulders")),
    )


def _passages(throw: Random) -> tuple[site.DifficultPassage, ...]:
    if throw.random() > 0.15:
        return ()
    begins = throw.randrange(12, 30)
    kind, support = throw.choice(("fear", "grief", "confusion")), "reassurance"
    return (site.DifficultPassage(begins, begins + throw.randrange(4, 15), kind, support, True),)


def _goal(person: Person, appointment: Appointment) -> site.IntegrationGoal:
    """The same from dose to dose; reached with the last one, on hold where there is none."""
    goal, practice, often = person.dice("goal").choice(GOALS)
    number = appointment.dose_number
    status: site.GoalStatus = "achieved" if number == DOSES[person.protocol] else "active"
    if person.fate in STOPPED and number == TURN:
        status = "on-hold"
    again = (appointment.start + ASKED_AGAIN).date() if status == "active" else None
    return site.IntegrationGoal(f"goal-{person.id[:8]}", goal, practice, often, status, again)


def _dose_of(integration: Appointment, course: Sequence[Appointment]) -> Appointment:
    return next(
        each
        for each in course
        if each.session == "dosing" and each.dose_number == integration.dose_number
    )


def _rems(person: Person, encounter_id: str) -> site.RemsAnswered:
    classes = {each.drug_class for each in health.medications(person).medications}
    return site.RemsAnswered(
        encounter_id,
        "nurse-1",
        site.RemsAnswers(
            setting="clinic",
            benzodiazepines="benzodiazepine" in classes,
            sedative_hypnotics=False,
            psychostimulants="psychostimulant" in classes,
            maois=False,
            sedation=site.Episode(15, 70),
            dissociation=site.Episode(10, 60),
        ),
    )
