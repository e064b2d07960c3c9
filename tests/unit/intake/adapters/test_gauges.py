"""The clinics' numbers of intake: a patient is held from the risk to the psychiatrist's word."""

from services.intake.adapters.gauges import gauges
from shared.contracts import outcomes, site
from shared.storage.operations.sightings import Sightings
from tests.kit.clinical.said import CLINIC, POLICY, START
from tests.kit.intake import Intake, everything_on_file, heard, posted


def test_a_hold_is_active_until_it_is_lifted() -> None:
    intake = Intake()
    Sightings(intake.store.session, lambda: START).note("/clinics/x/sites/main", CLINIC, 0)

    def held() -> list[tuple[str, tuple[str, ...], object]]:
        found = gauges(intake.store.session(), POLICY, START)
        return [(gauge._name, labels, value) for gauge, labels, value in found]

    intake.take(*everything_on_file())
    assert held() == [("holds_active", (CLINIC,), 0)]
    intake.take(heard(outcomes.RiskRaised("a-1", "phq-9", "phq-9-item-9", "high")))
    assert held() == [("holds_active", (CLINIC,), 1)]
    intake.take(posted(site.HoldLifted("psychiatrist-1", "seen")))

    assert held() == [("holds_active", (CLINIC,), 0)]
