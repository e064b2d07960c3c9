"""Who still answers months later, and how long what was gained stays.

Who comes to the integrations stays well longer, and is somebody who would have anyway: the demo
is confounded on purpose, as life is. Most are lost in the end (clinical reference 4.1).
"""

from collections.abc import Sequence

from shared.local.demo.people import Person
from shared.local.demo.story import Appointment

SHARES = {5: 1.2, 14: 1.0, 28: 0.9, 56: 0.75, 90: 0.6, 120: 0.5, 180: 0.42}
"""Days after the last dose, and the share who answer then of those who otherwise do."""
FORGETS = 0.06
FADES, FADES_D = 0.1, 90
LEFT_AFTER_RELAPSE, WITHIN_D = 0.2, 14
STAYS_D, ENGAGED_STAYS_D, INTEGRATED_LONGER = 60, 190, 1.5


def still_answers(person: Person, days: int) -> bool:
    """Who is lost once is lost for good."""
    lasts = person.dice("stays").random() < SHARES[days] * person.answers
    return lasts and person.dice("forgets", days).random() >= FORGETS


def kept(person: Person, attended: Sequence[Appointment], days: int) -> float:
    """The share that is left, so many days after the last dose, of what was gained."""
    gone_for = days - _relapses_after(person, attended)
    if gone_for <= 0:
        return 1 - FADES * min(1, days / FADES_D)
    return max(LEFT_AFTER_RELAPSE, 1 - gone_for / WITHIN_D)


def _relapses_after(person: Person, attended: Sequence[Appointment]) -> float:
    """Days after the last dose, drawn once for each person."""
    doses = [each for each in attended if each.session == "dosing"]
    integrations = [each for each in attended if each.session == "integration"]
    stays = STAYS_D + ENGAGED_STAYS_D * person.engagement
    if len(integrations) >= len(doses):
        stays *= INTEGRATED_LONGER
    return person.dice("relapse").expovariate(1 / stays)
