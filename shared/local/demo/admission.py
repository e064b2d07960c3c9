"""From the referral to the request that books the course: what intake is told about a person.

The codes are those that services/intake asks for; a test holds the two together.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from shared.contracts import site
from shared.contracts.instruments import C_SSRS, GAD_7, PCL_5, PHQ_9, InstrumentCode
from shared.local.demo import answers, health
from shared.local.demo.clinics import CHRONIC, EXISTENTIAL, PTSD, TRD
from shared.local.demo.people import Person
from shared.local.demo.story import Happening, local, workday

DIAGNOSES = {TRD: "F33.2", CHRONIC: "F34.1", PTSD: "F43.1", EXISTENTIAL: "F43.2"}
CONSENT_TEXT = "kap-consent-2026-02"
ELEMENTS = (
    "off-label-status",
    "nature-and-alternatives",
    "evidence-limits",
    "acute-effects",
    "worsening-risk",
    "dependence-risk",
    "repetition-risks",
    "pregnancy",
    "transport",
    "cost",
    "monitoring-and-recording",
    "therapist-touch",
    "data-uses",
    "right-to-withdraw",
)
CONDITIONS = (
    "aneurysmal-vascular-disease",
    "arteriovenous-malformation",
    "intracerebral-haemorrhage",
    "ketamine-hypersensitivity",
    "hazardous-pressure-rise",
    "active-psychosis",
    "current-mania",
    "delirium",
    "pregnancy",
    "unstable-angina",
    "decompensated-heart-failure",
    "heart-failure-nyha-3-4",
    "significant-valve-disease",
    "uncontrolled-hypertension",
    "raised-intracranial-pressure",
    "intoxication",
    "active-substance-use",
    "severe-hepatic-impairment",
    "cardiovascular-event",
    "stroke-or-tia",
    "past-psychosis",
    "family-psychosis",
    "bipolar-disorder",
    "past-substance-use",
    "severe-personality-disorder",
    "hyperthyroidism",
    "glaucoma",
    "seizure-disorder",
    "untreated-sleep-apnoea",
    "past-hypertensive-encephalopathy",
    "moderate-hepatic-impairment",
    "bladder-pain",
    "airway-risk",
)
PRESENT = {
    "contraindicated": "aneurysmal-vascular-disease",
    "hypertensive": "uncontrolled-hypertension",
}
RELATIVE = CONDITIONS[CONDITIONS.index("past-psychosis") :]
DRUGS = (
    ("sertraline", "ssri"),
    ("venlafaxine", "snri"),
    ("bupropion", "ndri"),
    ("escitalopram", "ssri"),
    ("mirtazapine", "nassa"),
)
COMPARED, SCREENED, CONSENTED, DECIDED = 1, 4, 6, 8
SIGNED_LATE, DECIDED_AGAIN, ENROLLED, BOOKED = 9, 10, 10, 11
"""Days after the referral."""


def admission(person: Person, until: datetime) -> list[Happening]:
    """Everything up to the decision on the clearance, and what is tested again later, in order of
    time."""
    told = [
        Happening(person.id, _at(person, 0, 9, person.number % 60), _referral(person)),
        *_compared(person),
        *_corrected(person, _screening(person)),
        Happening(person.id, _at(person, SCREENED, 11), _checklist(person)),
        Happening(person.id, _at(person, SCREENED, 11, 15), _history(person)),
        *_health(person),
        _escort(person),
        *_decisions(person),
    ]
    return [each for each in sorted(told, key=lambda each: each.time) if each.time < until]


def course_request(person: Person) -> Happening:
    # The working day after: a weekend must not put a session before the clearance.
    booked_on = workday(person.referred_on + timedelta(days=BOOKED))
    earliest = local(person.clinic.zone, workday(booked_on + timedelta(days=1)), 8, 0)
    return Happening(
        person.id, _at(person, BOOKED, 10), site.CourseBookingRequested(earliest=earliest)
    )


def enrolment(person: Person) -> list[Happening]:
    return enrolled(person, _at(person, ENROLLED, 9))


def enrolled(person: Person, at: datetime) -> list[Happening]:
    """In the esketamine REMS, without which no esketamine is booked."""
    if person.route != "esketamine":
        return []
    return [Happening(person.id, at, site.PatientEnrolled(f"rems-{person.id[:8]}"))]


def anew(person: Person, arrived: datetime) -> list[Happening]:
    """What the clinic that took a patient over asks again, and its own prescriber's decision."""
    told: list[object] = [
        *(each.data for each in _screening(person)),
        health.medications(person),
        health.vital_signs(person),
        *health.work_up(person, arrived),
    ]
    asked = [
        Happening(person.id, arrived + timedelta(minutes=minute), each)
        for minute, each in enumerate(told, start=1)
    ]
    later = [Happening(person.id, *each) for each in health.repeated(person, arrived)]
    decided = Happening(person.id, arrived + timedelta(days=1), _decision(person))
    return [*asked, decided, *later]


def _at(person: Person, days: int, hour: int, minute: int = 0) -> datetime:
    """On a working day, so many days after the referral."""
    day = workday(person.referred_on + timedelta(days=days))
    return local(person.clinic.zone, day, hour, minute)


def _referral(person: Person) -> site.ReferralReceived:
    return site.ReferralReceived(
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.born_on,
        indication=person.indication,
        diagnosis=DIAGNOSES[person.indication],
        referrer=f"practice-{person.number % 7 + 1}",
    )


def _screening(person: Person) -> list[Happening]:
    return [
        Happening(
            person.id,
            _at(person, SCREENED, 10, minute),
            site.ScreeningAnswered(code, each, answers.total_of(code, each)),
        )
        for minute, (code, each) in zip(count(0, 10), _answers(person).items(), strict=False)
    ]


def _compared(person: Person) -> list[Happening]:
    """A human's word on whether two who are alike are one person."""
    if person.alike is None:
        return []
    is_same = person.fate == "known-elsewhere"
    word = site.DuplicateDecided(
        person.alike.id,
        "same-person" if is_same else "different-people",
        "coordinator-1",
        "identity-document",
    )
    return [Happening(person.id, _at(person, COMPARED, 10), word)]


def _corrected(person: Person, told: list[Happening]) -> list[Happening]:
    """The PHQ-9 was entered too low, and is said again in the afternoon."""
    if person.fate != "corrected":
        return told
    right = next(each for each in told if each.data.instrument == PHQ_9.code)
    wrong = answers.filled(PHQ_9.code, 4 + person.item_9, person.item_9, person.dice("wrongly"))
    first = replace(
        right, data=site.ScreeningAnswered(PHQ_9.code, wrong, answers.total_of(PHQ_9.code, wrong))
    )
    again = replace(
        right, time=right.time + timedelta(hours=5), data=replace(right.data, amends=first.event_id)
    )
    return [first if each is right else each for each in told] + [again]


def _answers(person: Person) -> dict[InstrumentCode, answers.Filled]:
    throw = person.dice("screening")
    scores: dict[InstrumentCode, float] = {PHQ_9.code: person.phq_9, GAD_7.code: person.gad_7}
    if person.indication == PTSD:
        scores[PCL_5.code] = person.pcl_5
    given = {
        code: answers.filled(code, score, person.item_9, throw) for code, score in scores.items()
    }
    at_risk = person.fate in ("unsafe", "safe-again")
    given[C_SSRS.code] = answers.HIGH_RISK if at_risk else answers.c_ssrs(person.item_9, throw)
    for code, score in health.distress(person).items():
        given[code] = answers.filled(code, score, 0, person.dice("distress answers"))
    return given


def _checklist(person: Person) -> site.ContraindicationsChecked:
    present = _relative(person) | {PRESENT.get(person.fate, "")}
    return site.ContraindicationsChecked(
        tuple(
            site.Contraindication(code, "present" if code in present else "absent")
            for code in CONDITIONS
        )
    )


def _relative(person: Person) -> frozenset[str]:
    """What speaks against it and does not bar it: for the prescriber to weigh."""
    throw = person.dice("checklist")
    return frozenset({throw.choice(RELATIVE)} if throw.random() < 0.25 else ())


def _health(person: Person) -> list[Happening]:
    measured = _at(person, SCREENED, 12)
    told: list[object] = [
        health.medications(person),
        health.vital_signs(person),
        *health.work_up(person, measured),
    ]
    first = [
        Happening(person.id, measured + timedelta(minutes=minute), each)
        for minute, each in enumerate(told)
    ]
    # Who moves is tested again at the clinic that takes over.
    later = health.repeated(person, measured) if person.fate != "moves" else []
    return [*first, *(Happening(person.id, when, each) for when, each in later)]


def _escort(person: Person) -> Happening:
    introduced = site.EscortIntroduced(
        f"contact-{person.id[:8]}", f"Contact-{person.number:04}", "+1 555 0100", "friend"
    )
    return Happening(person.id, _at(person, SCREENED, 13), introduced)


def _history(person: Person) -> site.TreatmentHistoryTaken:
    throw = person.dice("history")
    tried = throw.randrange(2, 5) if person.indication == TRD else throw.randrange(3)
    return site.TreatmentHistoryTaken(
        tuple(
            site.Trial(
                drug=drug,
                drug_class=drug_class,
                adequate_dose=True,
                weeks=throw.randrange(6, 20),
                improvement_percent=throw.randrange(0, 45, 5),
                current_episode=True,
            )
            for drug, drug_class in throw.sample(DRUGS, tried)
        )
    )


def _decisions(person: Person) -> list[Happening]:
    consented = Happening(person.id, _at(person, CONSENTED, 14), _consent(person))
    decided = Happening(person.id, _at(person, DECIDED, 12), _decision(person))
    if person.fate == "undecided":
        return [decided]
    if person.fate == "safe-again":
        lifted = site.HoldLifted("psychiatrist-1", "seen-face-to-face")
        return [consented, Happening(person.id, _at(person, CONSENTED, 16), lifted), decided]
    if person.fate == "consents-late":
        late = Happening(person.id, _at(person, SIGNED_LATE, 15), consented.data)
        return [decided, late, Happening(person.id, _at(person, DECIDED_AGAIN, 17), decided.data)]
    return [consented, decided]


def _consent(person: Person) -> site.ConsentSigned:
    throw = person.dice("consent")
    elements = ELEMENTS if person.route != "esketamine" else ELEMENTS[1:]
    shared = throw.random() < 0.93
    return site.ConsentSigned(
        text_version=CONSENT_TEXT,
        route=person.route,
        elements=tuple(elements),
        capacity=True,
        analysts_stream=shared,
        indication=person.indication,
        understands=True,
        appreciates=True,
        reasons=True,
        expresses=True,
        assessed_by="prescriber-1",
    )


def _decision(person: Person) -> site.ClearanceDecided:
    declined = person.fate == "declined"
    return site.ClearanceDecided(
        decision="decline" if declined else "grant",
        protocol=person.protocol,
        route=person.route,
        signer="prescriber-1",
        reason="clinical-judgement",
        weighed=health.weighed(person, _relative(person), _answers(person)[C_SSRS.code]),
    )
