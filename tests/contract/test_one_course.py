"""SCH-9 on both stores: of two clinics that clear one person at the same moment, one wins."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from services.intake.application.documents import COLLECTIONS, PATIENTS
from shared.contracts import site
from shared.storage.mongo import MongoStore
from shared.storage.reads import Reads
from shared.storage.steps import Step, Verdict
from shared.storage.store import Store
from tests.kit.clinical.said import (
    on_day,
)
from tests.kit.intake import (
    everything_on_file,
    grant,
    licences,
    posted,
    runner,
)

CLINICS = ("riverside", "harbor")
PERSONS = 6


def test_of_two_clinics_that_clear_one_person_at_once_exactly_one_wins(store: Store) -> None:
    if isinstance(store, MongoStore):
        store.prepare(COLLECTIONS)
    runner(store).run(licences(CLINICS))
    for number in range(PERSONS):
        runner(store).run(one_person_at_both(number))
    together = Barrier(len(CLINICS))

    def clears(clinic: str, number: int) -> Verdict:
        step = posted(grant(), on_day(3), patient=f"{clinic}-{number}", clinic=clinic)
        together.wait(timeout=30)
        return runner(store).run([step])[0]

    for number in range(PERSONS):
        with ThreadPoolExecutor(len(CLINICS)) as pool:
            verdicts = list(pool.map(clears, CLINICS, [number] * len(CLINICS)))
        assert {each.verdict for each in verdicts} == {"accepted"}
        assert sorted(outcomes(store, number)) == ["granted", "held"]


def one_person_at_both(number: int) -> list[Step]:
    first, second = (f"{clinic}-{number}" for clinic in CLINICS)
    name = {"family_name": f"Family-{number}", "given_name": f"Given-{number}"}
    same = site.DuplicateDecided(first, "same-person", "coordinator-1", "papers-seen")
    return [
        *everything_on_file(first, CLINICS[0], **name),
        *everything_on_file(second, CLINICS[1], **name),
        posted(same, on_day(2), patient=second, clinic=CLINICS[1]),
    ]


def outcomes(store: Store, number: int) -> list[str]:
    found = (Reads(store, clinic).get(PATIENTS, f"{clinic}-{number}") for clinic in CLINICS)
    return [each.aggregate.decisions[-1].outcome for each in found if each]
